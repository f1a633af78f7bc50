import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const outDir = fileURLToPath(new URL("../../static/ui", import.meta.url));
const backend = process.env.FLOWDECK_DEV_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig({
  // Relative, so that the bundle works under any STATIC_URL.
  base: "./",
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: {
      "@rjsf/validator-ajv8": fileURLToPath(new URL("./src/forms/noAjv.ts", import.meta.url)),
      "@": fileURLToPath(new URL("./src", import.meta.url)),
    },
  },
  build: {
    outDir,
    emptyOutDir: true,
    manifest: "manifest.json",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    target: "es2022",
    // Inline data: scripts would break the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1600,
    rolldownOptions: { input: ["src/main.tsx", "src/styles/index.css"] },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": backend,
      "/accounts": backend,
      "/ws": { target: backend, ws: true },
    },
  },
});
