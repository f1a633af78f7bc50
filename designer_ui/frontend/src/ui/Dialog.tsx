import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { cn } from "./cn";
import { IconButton } from "./IconButton";

interface DialogProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  description?: ReactNode;
  /** Buttons at the foot, the main one last. */
  footer?: ReactNode;
  size?: "sm" | "md" | "lg" | "xl";
  /** The person has to choose: no way out but the buttons. */
  isDecision?: boolean;
  children?: ReactNode;
  className?: string;
}

/** What gets the focus when a dialog opens: its first field, else its main button. */
const FIRST =
  "[data-dialog-body] :is(input, textarea, select):not(:disabled), [data-dialog-footer] button:last-of-type:not(:disabled)";

const widths = { sm: "max-w-md", md: "max-w-xl", lg: "max-w-3xl", xl: "max-w-5xl" };

/** A modal dialog without a trigger: focus goes back to where it was when it opened. */
export function Dialog({
  isOpen,
  onOpenChange,
  title,
  description,
  footer,
  size = "md",
  isDecision = false,
  children,
  className,
}: DialogProps) {
  const previous = useRef<HTMLElement | null>(null);
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-in bg-black/45 backdrop-blur-[1px]" />
        <Radix.Content
          onOpenAutoFocus={(event) => {
            if (document.activeElement instanceof HTMLElement) {
              previous.current = document.activeElement;
            }
            const content = event.currentTarget;
            const first =
              content instanceof HTMLElement && content.querySelector<HTMLElement>(FIRST);
            event.preventDefault();
            (first || (content as HTMLElement)).focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            previous.current?.focus({ preventScroll: true });
          }}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cn(
            "fixed inset-x-3 top-[8vh] z-50 mx-auto flex max-h-[84vh] animate-in flex-col overflow-hidden rounded-xl border bg-popover shadow-overlay outline-none",
            widths[size],
            className,
          )}
        >
          <div className="flex items-start gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="font-semibold text-base">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-1 text-muted-foreground text-sm">
                  {description}
                </Radix.Description>
              )}
            </div>
            {!isDecision && (
              <Radix.Close asChild>
                <IconButton label="Close" size="icon-sm" className="-mr-1.5">
                  <X />
                </IconButton>
              </Radix.Close>
            )}
          </div>
          <div data-dialog-body className="scroll-thin min-h-0 flex-1 overflow-y-auto px-5 pb-4">
            {children}
          </div>
          {footer && (
            <div
              data-dialog-footer
              className="flex flex-wrap items-center justify-end gap-2 border-t bg-muted/50 px-5 py-3"
            >
              {footer}
            </div>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
