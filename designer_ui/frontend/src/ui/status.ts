import {
  Ban,
  CheckCircle2,
  CircleDashed,
  CircleMinus,
  CirclePause,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
  RotateCcw,
  TriangleAlert,
  Undo2,
  UserRoundCog,
} from "lucide-react";

/** How a status looks: always a word and an icon beside the colour. */
export interface StatusLook {
  label: string;
  icon: LucideIcon;
  /** Design token of the colour. */
  token: string;
  isSpinning?: boolean;
}

const looks: Record<string, StatusLook> = {
  queued: { label: "Queued", icon: CircleDashed, token: "--status-queued" },
  held: { label: "Held", icon: CirclePause, token: "--status-queued" },
  running: { label: "Running", icon: LoaderCircle, token: "--status-running", isSpinning: true },
  waiting: { label: "Waiting", icon: Clock, token: "--status-waiting" },
  paused: { label: "Paused", icon: CirclePause, token: "--status-waiting" },
  retrying: { label: "Retrying", icon: RotateCcw, token: "--status-compensated" },
  succeeded: { label: "Succeeded", icon: CheckCircle2, token: "--status-succeeded" },
  failed: { label: "Failed", icon: CircleX, token: "--status-failed" },
  skipped: { label: "Skipped", icon: CircleMinus, token: "--status-skipped" },
  compensating: { label: "Compensating", icon: Undo2, token: "--status-compensated" },
  needs_attention: { label: "Needs attention", icon: UserRoundCog, token: "--status-failed" },
  compensated: { label: "Compensated", icon: Undo2, token: "--status-compensated" },
  cancelled: { label: "Cancelled", icon: Ban, token: "--status-cancelled" },
  invalid: { label: "Invalid", icon: TriangleAlert, token: "--status-invalid" },
  open: { label: "Open", icon: Clock, token: "--status-waiting" },
  decided: { label: "Decided", icon: CheckCircle2, token: "--status-succeeded" },
  expired: { label: "Expired", icon: CircleMinus, token: "--status-skipped" },
};

/** The look of any run, node or task status; an unknown one keeps its own word. */
export function statusLook(status: string): StatusLook {
  return (
    looks[status] ?? {
      label: status.replaceAll("_", " "),
      icon: CircleDashed,
      token: "--status-queued",
    }
  );
}
