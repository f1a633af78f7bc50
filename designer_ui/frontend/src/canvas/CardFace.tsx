import { TriangleAlert } from "lucide-react";
import { cn } from "@/ui/cn";
import { statusLook } from "@/ui/status";
import { FamilyIcon } from "./FamilyIcon";
import type { NodeStatus } from "./statusStore";
import type { CanvasNode } from "./types";

/** What a card shows, whatever canvas it stands on. */
export type CardContent = Omit<CanvasNode, "ports" | "position">;

/** Icon, title and type of a card. */
export function CardFace({ node }: { node: CardContent }) {
  return (
    <span className="flex h-[58px] items-center gap-2.5 px-2.5">
      <FamilyIcon icon={node.icon} family={node.family} />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <span className="truncate font-semibold text-[14.5px] leading-5">{node.title}</span>
          {node.isChanged && (
            <span
              role="img"
              aria-label="Changed since it was published"
              title="Changed since it was published"
              className="size-1.5 shrink-0 rounded-full bg-primary"
            />
          )}
        </span>
        <span className="block truncate text-[12px] text-muted-foreground leading-4.5">
          {node.typeTitle ?? node.type}
        </span>
      </span>
    </span>
  );
}

interface CornerProps {
  token: string;
  icon: React.ReactNode;
  children: React.ReactNode;
  title?: string;
  testId: string;
}

/** The pill on the upper border: a state as icon and word in the state's colour. */
function Corner({ token, icon, children, title, testId }: CornerProps) {
  return (
    <span
      data-testid={testId}
      title={title}
      className="-top-4 absolute right-3 z-1 inline-flex h-6 max-w-[85%] items-center gap-1 rounded-full border bg-card px-2 font-semibold text-[11px] shadow-card"
      style={{ color: `var(${token})`, borderColor: `var(${token})` }}
    >
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}

interface CardCornerProps {
  node: CardContent;
  status: NodeStatus | undefined;
}

/** How the node stands in a run, or else what is wrong with it. */
export function CardCorner({ node, status }: CardCornerProps) {
  if (status) {
    const look = statusLook(status.status);
    const Icon = look.icon;
    return (
      <Corner
        testId="node-status"
        token={look.token}
        icon={
          <Icon
            aria-hidden
            className={cn("size-3.5 shrink-0", look.isSpinning && "animate-spin")}
          />
        }
      >
        {status.label ?? look.label}
        {status.detail && <span className="ml-1 font-normal">{status.detail}</span>}
      </Corner>
    );
  }
  if (!node.problemCount) return null;
  return (
    <Corner
      testId="node-problems"
      token="--status-invalid"
      title={node.problemText}
      icon={<TriangleAlert aria-hidden className="size-3.5 shrink-0" />}
    >
      {node.problemCount === 1 ? "1 problem" : `${node.problemCount} problems`}
    </Corner>
  );
}

/** Colour of a card's border: its status, else that something is wrong. */
export function cardToken(node: CardContent, status: NodeStatus | undefined): string | null {
  if (status) return statusLook(status.status).token;
  return node.problemCount ? "--status-invalid" : null;
}
