import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface NoticeProps {
  icon: LucideIcon;
  token: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** A line above the canvas with what can be done about it. */
export function Notice({ icon: Icon, token, actions, children }: NoticeProps) {
  return (
    <div
      className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-2 text-[13px]"
      style={{ background: `color-mix(in oklab, var(${token}) 8%, var(--card))` }}
    >
      <Icon aria-hidden className="size-4.5 shrink-0" style={{ color: `var(${token})` }} />
      <p className="min-w-0 flex-1 basis-60 break-words">{children}</p>
      {actions && <div className="flex gap-1.5">{actions}</div>}
    </div>
  );
}
