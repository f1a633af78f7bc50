import { useMemo } from "react";
import { type Command, canvasCommand, listedCommand, useCommands } from "@/app/commands";
import type { CanvasHandle } from "./canvasHandle";
import { deleteSelected, duplicateSelected } from "./selectionActions";
import { type DesignerStore, useDesignerStore } from "./store/designerStore";
import { useSaver } from "./store/SessionContext";
import { useValidate } from "./useValidate";

/** Esc goes one step back: the inspector, the drawer, then the selection. */
function stepBack(store: DesignerStore, canvas: CanvasHandle | null): void {
  const { isInspectorOpen, selection, drawer, selectNodes } = store.getState();
  const [node] = selection.nodes;
  if (isInspectorOpen) {
    store.setState({ isInspectorOpen: false });
    if (node) canvas?.focus(node);
  } else if (drawer && document.activeElement?.closest("[data-drawer]")) {
    store.setState({ drawer: null });
    canvas?.focus(null);
  } else {
    selectNodes([]);
    canvas?.focus(null);
  }
}

/** Everything that the designer can do, for Ctrl+K, the keyboard and the `?` list. */
export function useDesignerCommands(canvas: CanvasHandle | null, isReadOnly: boolean): void {
  const store = useDesignerStore();
  const saver = useSaver();
  const validate = useValidate();
  const commands = useMemo<Command[]>(() => {
    const command = (
      id: string,
      title: string,
      keys: string[],
      run: () => void,
      more: Partial<Command> = {},
    ): Command => ({ id: `designer.${id}`, title, group: "Workflow", keys, run, ...more });
    const openDrawer = (drawer: "problems" | "test-data" | "last-run") => () =>
      store.setState({ drawer });
    const always = [
      command("escape", "Close, or go one step back", ["Escape"], () => stepBack(store, canvas), {
        isGlobal: true,
        group: "Canvas",
      }),
      canvasCommand("fit", "Zoom to fit", ["Shift+Digit1"], () => canvas?.fit()),
      listedCommand("arrows", "Go to the next one", [
        "ArrowLeft",
        "ArrowUp",
        "ArrowDown",
        "ArrowRight",
      ]),
      listedCommand("open", "Open the selected one", ["Enter"]),
      command("run", "Run", ["Mod+Enter"], () => store.setState({ dialog: "run" }), {
        isGlobal: true,
      }),
      command("last-run", "Show the last run", [], openDrawer("last-run")),
    ];
    if (isReadOnly) return always;
    return [
      command("save", "Save now", ["Mod+S"], () => void saver.flush(), { isGlobal: true }),
      command("undo", "Undo", ["Mod+Z"], () => store.getState().undo(), { isGlobal: true }),
      command("redo", "Redo", ["Mod+Shift+Z", "Mod+Y"], () => store.getState().redo(), {
        isGlobal: true,
      }),
      command("validate", "Validate", [], () => void validate()),
      command("publish", "Publish", [], () => store.setState({ dialog: "publish" })),
      command("settings", "Workflow settings", [], () => store.setState({ dialog: "settings" })),
      command("problems", "Show problems", [], openDrawer("problems")),
      command("test-data", "Edit test data", [], openDrawer("test-data")),
      ...always,
      listedCommand("quick-add", "Add what comes next", ["Tab"]),
      ...(canvas?.commands ?? []),
      canvasCommand("delete", "Delete the selection", ["Delete", "Backspace"], () => {
        deleteSelected(store);
        canvas?.focus(null);
      }),
      canvasCommand("select-all", "Select everything", ["Mod+A"], () => canvas?.selectAll()),
      listedCommand("copy", "Copy", ["Mod+C"]),
      listedCommand("cut", "Cut", ["Mod+X"]),
      listedCommand("paste", "Paste", ["Mod+V"]),
      canvasCommand("duplicate", "Duplicate the selection", ["Mod+D"], () =>
        duplicateSelected(store, canvas),
      ),
      canvasCommand("search", "Search the palette", ["/"], () => {
        store.setState({ isPaletteOpen: true });
        requestAnimationFrame(() => document.getElementById("palette-search")?.focus());
      }),
      listedCommand("leave", "Leave the canvas backwards", ["Shift+Tab"]),
    ];
  }, [store, saver, validate, canvas, isReadOnly]);
  useCommands("designer", commands);
}
