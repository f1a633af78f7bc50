import { type RefObject, useCallback, useRef } from "react";
import type { ListHandle } from "@/canvas/list/ScrollCanvas";

/**
 * Gives the keyboard to a card once it is drawn, and until then to the canvas: a fast typist's next
 * key must not get lost, nor must a search opened meanwhile lose the keyboard.
 */
export function useCardFocus(
  region: RefObject<HTMLElement | null>,
  list: RefObject<ListHandle | null>,
) {
  /** Of several keys before the next drawing the last one counts. */
  const wanted = useRef<string | null>(null);
  return useCallback(
    (id: string | null) => {
      region.current?.focus({ preventScroll: true });
      wanted.current = id;
      if (id === null) return;
      requestAnimationFrame(() => {
        if (wanted.current !== id || document.activeElement !== region.current) return;
        list.current?.focus(id);
        list.current?.reveal(id, 0);
      });
    },
    [region, list],
  );
}
