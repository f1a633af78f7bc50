import { create } from "zustand";

export type Theme = "system" | "light" | "dark";

const COOKIE = "flowdeck_theme";

function readTheme(): Theme {
  const value = document.documentElement.dataset.theme;
  return value === "light" || value === "dark" ? value : "system";
}

interface ThemeState {
  theme: Theme;
  setTheme: (theme: Theme) => void;
}

/** The person's choice. A cookie carries it, so that the server can paint the first frame right. */
export const useTheme = create<ThemeState>()((set) => ({
  theme: readTheme(),
  setTheme: (theme) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
    document.cookie = `${COOKIE}=${theme}; path=/; max-age=31536000; samesite=lax`;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    set({ theme });
  },
}));

/** Calls back when the painted theme changes, by choice or with the system. */
export function watchTheme(callback: () => void): () => void {
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", callback);
  const unsubscribe = useTheme.subscribe(callback);
  return () => {
    media.removeEventListener("change", callback);
    unsubscribe();
  };
}

/** The colour that a design token such as `--status-failed` has now, for canvas drawing. */
export function readTokenColor(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
