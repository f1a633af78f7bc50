import { useMemo } from "react";
import { useLocation } from "wouter";
import { bootstrap } from "./bootstrap";
import { type Command, useCommandStore, useCommands } from "./commands";
import { logOut } from "./logOut";
import { useTheme } from "./theme";

/** The commands that are there on every page. */
export function useAppCommands(): void {
  const [, navigate] = useLocation();
  const setTheme = useTheme((state) => state.setTheme);
  const setPaletteOpen = useCommandStore((state) => state.setPaletteOpen);
  const setShortcutListOpen = useCommandStore((state) => state.setShortcutListOpen);
  const commands = useMemo<Command[]>(() => {
    const go = (id: string, title: string, href: string): Command => ({
      id: `go.${id}`,
      title,
      group: "Go to",
      run: () => navigate(href),
    });
    const admin = bootstrap.urls.admin;
    return [
      {
        id: "app.palette",
        title: "Show all commands",
        group: "Everywhere",
        keys: ["Mod+K"],
        isGlobal: true,
        run: () => setPaletteOpen(true),
      },
      {
        id: "app.shortcuts",
        title: "Keyboard shortcuts",
        group: "Everywhere",
        keys: ["?"],
        run: () => setShortcutListOpen(true),
      },
      go("workflows", "Workflows", "/workflows"),
      go("runs", "Runs", "/runs"),
      go("inbox", "Inbox", "/inbox"),
      go("dashboard", "Dashboard", "/dashboard"),
      go("connections", "Connections", "/connections"),
      ...(admin
        ? [
            {
              id: "go.admin",
              title: "Admin",
              group: "Go to",
              run: () => window.location.assign(admin),
            },
          ]
        : []),
      {
        id: "theme.system",
        title: "Theme: like the system",
        group: "Everywhere",
        run: () => setTheme("system"),
      },
      {
        id: "theme.light",
        title: "Theme: light",
        group: "Everywhere",
        run: () => setTheme("light"),
      },
      { id: "theme.dark", title: "Theme: dark", group: "Everywhere", run: () => setTheme("dark") },
      { id: "app.logout", title: "Log out", group: "Everywhere", run: logOut },
    ];
  }, [navigate, setTheme, setPaletteOpen, setShortcutListOpen]);
  useCommands("app", commands);
}
