import { ChevronRight } from "lucide-react";
import { Fragment, type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import { cn } from "@/ui/cn";

export interface Crumb {
  label: string;
  href?: string;
}

interface PageHeaderProps {
  /** From the top down; the last one is this page. */
  breadcrumb: readonly Crumb[];
  /** Replaces the label of the last crumb, such as a name that can be edited. */
  current?: ReactNode;
  /** Beside the breadcrumb: a badge, the state. */
  status?: ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
  className?: string;
}

/** The bar at the top of every page. It also names the browser's tab. */
export function PageHeader({ breadcrumb, current, status, actions, className }: PageHeaderProps) {
  const title = breadcrumb.at(-1)?.label ?? "";
  useEffect(() => {
    document.title = title ? `${title} · Flowdeck` : "Flowdeck";
  }, [title]);
  return (
    <header
      className={cn(
        "z-10 flex min-h-13 shrink-0 flex-wrap items-center gap-x-3 gap-y-1.5 border-b bg-card px-4 py-1.5",
        className,
      )}
    >
      <nav aria-label="Breadcrumb" className="min-w-0">
        <ol className="flex min-w-0 items-center gap-1 text-[13px]">
          {breadcrumb.map((crumb, index) => {
            const isLast = index === breadcrumb.length - 1;
            return (
              <Fragment key={crumb.href ?? crumb.label}>
                {index > 0 && (
                  <li aria-hidden className="text-muted-foreground">
                    <ChevronRight className="size-3.5" />
                  </li>
                )}
                <li className="min-w-0 truncate" {...(isLast && { "aria-current": "page" })}>
                  {isLast ? (
                    (current ?? <h1 className="truncate font-semibold">{crumb.label}</h1>)
                  ) : (
                    <Link
                      href={crumb.href ?? "/"}
                      className="rounded px-1 text-muted-foreground hover:text-foreground"
                    >
                      {crumb.label}
                    </Link>
                  )}
                </li>
              </Fragment>
            );
          })}
        </ol>
      </nav>
      {status && <div className="flex min-w-0 items-center gap-2">{status}</div>}
      {actions && <div className="ml-auto flex flex-wrap items-center gap-1.5">{actions}</div>}
    </header>
  );
}

/** The scrolling part below the header of an ordinary page. */
export function PageBody({ className, children }: { className?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div tabIndex={0} className="scroll-thin min-h-0 flex-1 overflow-y-auto outline-none">
      <div className={cn("mx-auto w-full max-w-6xl px-4 py-5 sm:px-6", className)}>{children}</div>
    </div>
  );
}
