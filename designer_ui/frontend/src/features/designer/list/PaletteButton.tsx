import { PanelLeft } from "lucide-react";
import { IconButton } from "@/ui/IconButton";
import { useDesigner, useDesignerStore } from "../store/designerStore";

/** Shows and hides the palette. */
export function PaletteButton() {
  const store = useDesignerStore();
  const isPaletteOpen = useDesigner((state) => state.isPaletteOpen);
  return (
    <>
      <span aria-hidden className="mx-0.5 h-5 w-px bg-border" />
      <IconButton
        label={isPaletteOpen ? "Hide the palette" : "Show the palette"}
        side="top"
        size="icon-sm"
        aria-pressed={isPaletteOpen}
        onClick={() => store.setState({ isPaletteOpen: !isPaletteOpen })}
      >
        <PanelLeft />
      </IconButton>
    </>
  );
}
