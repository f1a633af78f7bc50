import { CircleSlash, LoaderCircle, type LucideIcon, Radio, WifiOff } from "lucide-react";
import { formatMoment } from "@/live/moment";
import { cn } from "@/ui/cn";
import { Tooltip } from "@/ui/Tooltip";
import type { ConnectionState, RefusalReason } from "./channel";

interface Words {
  readonly label: string;
  readonly detail: string;
  readonly icon: LucideIcon;
  readonly className: string;
}

const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  logged_out: "You are logged out. Reload the page to log in again.",
  forbidden: "You may no longer see this.",
  unknown: "This is no longer there.",
};

/** Says truthfully whether what stands on the page is followed live. */
export function ConnectionNote({
  state,
  className,
}: {
  state: ConnectionState;
  className?: string;
}) {
  const words = wordsOf(state);
  const Icon = words.icon;
  return (
    <Tooltip label={words.detail}>
      <span
        role="status"
        className={cn(
          "inline-flex h-6 items-center gap-1.5 rounded-full px-1.5 text-xs",
          words.className,
          className,
        )}
      >
        <Icon
          aria-hidden
          className={cn("size-3.5", state.kind === "connecting" && "animate-spin")}
        />
        {words.label}
      </span>
    </Tooltip>
  );
}

function wordsOf(state: ConnectionState): Words {
  switch (state.kind) {
    case "live":
      return {
        label: "Live",
        detail: "Changes show up here as they happen.",
        icon: Radio,
        className: "text-status-succeeded",
      };
    case "connecting":
      return {
        label: "Connecting",
        detail: "What you see is what the server last said.",
        icon: LoaderCircle,
        className: "text-muted-foreground",
      };
    case "reconnecting":
      return {
        label: "Reconnecting",
        detail: `No connection since ${formatMoment(new Date(state.since).toISOString(), Date.now())}. What is missed shows up once it is back.`,
        icon: WifiOff,
        className: "text-status-invalid",
      };
    case "refused":
      return {
        label: "Not live",
        detail: REFUSALS[state.reason],
        icon: CircleSlash,
        className: "text-status-failed",
      };
  }
}
