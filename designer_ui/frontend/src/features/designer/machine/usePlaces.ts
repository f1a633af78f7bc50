import { useEffect, useMemo, useState } from "react";
import type { MachineDrawing } from "@/canvas/machine/drawing";
import { placesWithin } from "@/canvas/machine/placed";
import type { Places } from "@/machine/operations";
import type { Machine } from "@/machine/states";
import { toastError } from "@/ui/toast";

/** Where each state lies; where people have not said, such as in an imported machine, by machine. */
export function usePlaces(drawing: MachineDrawing, layout: Machine["layout"]): Places {
  const [made, setMade] = useState<Places>({});
  const isComplete = drawing.states.every(({ id }) => id in layout.nodes || id in made);
  useEffect(() => {
    if (isComplete) return;
    let isWanted = true;
    void import("@/canvas/machine/layoutStates")
      .then(({ layOutStates }) => layOutStates(drawing))
      .then((placed) => {
        if (isWanted) setMade(placesWithin(drawing, placed));
      })
      .catch((error: unknown) => toastError(error, "The states could not be laid out"));
    return () => {
      isWanted = false;
    };
  }, [drawing, isComplete]);
  return useMemo(() => ({ ...made, ...layout.nodes }), [made, layout.nodes]);
}
