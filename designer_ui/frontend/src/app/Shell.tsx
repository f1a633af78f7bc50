import { type ReactNode, useEffect } from "react";
import { Toaster } from "sonner";
import { useMeSocket } from "@/live/useMeSocket";
import { CommandPalette } from "./CommandPalette";
import { listenForCommands } from "./commands";
import { OfflineBanner } from "./OfflineBanner";
import { Rail } from "./Rail";
import { ShortcutList } from "./ShortcutList";
import { useAppCommands } from "./useAppCommands";

/** The frame around every page: rail (bottom bar on a phone), banner, toasts, palette. */
export function Shell({ children }: { children: ReactNode }) {
  useAppCommands();
  useMeSocket();
  useEffect(() => listenForCommands(), []);
  return (
    <div className="flex h-dvh flex-col-reverse sm:flex-row">
      <a
        href="#main"
        className="absolute -top-16 left-2 z-50 rounded-md bg-primary px-3 py-1.5 text-primary-foreground focus:top-2"
      >
        Skip to content
      </a>
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <OfflineBanner />
        <main id="main" className="flex min-h-0 min-w-0 flex-1 flex-col">
          {children}
        </main>
      </div>
      <CommandPalette />
      <ShortcutList />
      <Toaster
        position="bottom-right"
        offset={20}
        toastOptions={{
          unstyled: true,
          classNames: {
            toast:
              "flex w-88 items-start gap-2.5 rounded-lg border bg-popover px-3.5 py-3 text-[13px] text-foreground shadow-overlay",
            title: "font-medium",
            description: "mt-0.5 text-muted-foreground",
            icon: "mt-0.5",
            success: "[&_[data-icon]]:text-status-succeeded",
            error: "[&_[data-icon]]:text-status-failed",
            actionButton:
              "ml-auto shrink-0 rounded-md border px-2 py-1 font-medium text-xs hover:bg-accent",
          },
        }}
      />
    </div>
  );
}
