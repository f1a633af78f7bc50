import { useEffect } from "react";
import { isTextEntry } from "@/app/keyboard";
import { toast } from "@/ui/toast";
import type { CanvasHandle } from "./canvasHandle";
import { copySelected, deleteSelected } from "./selectionActions";
import { useDesignerStore } from "./store/designerStore";

/** Copy, cut and paste as JSON through the system's clipboard, across tabs and workflows. */
export function useClipboard(canvas: CanvasHandle | null, isReadOnly: boolean): void {
  const store = useDesignerStore();
  useEffect(() => {
    const isForText = (event: ClipboardEvent) =>
      isTextEntry(event.target) ||
      document.querySelector("[role=dialog][data-state=open]") !== null ||
      (event.type !== "paste" && !window.getSelection()?.isCollapsed);
    const onCopy = (event: ClipboardEvent) => {
      if (isForText(event)) return;
      const text = copySelected(store);
      if (!text) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", text);
      if (event.type === "cut" && !isReadOnly) deleteSelected(store);
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isReadOnly || isForText(event)) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (canvas?.paste(text)) event.preventDefault();
      else if (text) toast.info("The clipboard holds nothing that fits here");
    };
    window.addEventListener("copy", onCopy);
    window.addEventListener("cut", onCopy);
    window.addEventListener("paste", onPaste);
    return () => {
      window.removeEventListener("copy", onCopy);
      window.removeEventListener("cut", onCopy);
      window.removeEventListener("paste", onPaste);
    };
  }, [store, canvas, isReadOnly]);
}
