/** Asks to be called once before the next paint; answers how to call it off. */
export type Scheduler = (flush: () => void) => () => void;

/**
 * One call a frame. A page in the background gets no animation frames, so a timer stands in there:
 * its title and its counts stay true.
 */
export const scheduleFrame: Scheduler = (flush) => {
  if (globalThis.document?.visibilityState === "hidden" || !globalThis.requestAnimationFrame) {
    const timer = setTimeout(flush, 100);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(flush);
  const backstop = setTimeout(flush, 200);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(backstop);
  };
};

/** Gathers changes and hands them over together. */
export class Batch<Item> {
  readonly #take: (items: readonly Item[]) => void;
  readonly #schedule: Scheduler;
  #items: Item[] = [];
  #callOff: (() => void) | null = null;

  constructor(take: (items: readonly Item[]) => void, schedule: Scheduler = scheduleFrame) {
    this.#take = take;
    this.#schedule = schedule;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#callOff ??= this.#schedule(() => this.flush());
  }

  flush(): void {
    this.drop();
    const items = this.#items;
    this.#items = [];
    if (items.length > 0) {
      this.#take(items);
    }
  }

  /** Calls the planned hand-over off; what was gathered stays. */
  drop(): void {
    this.#callOff?.();
    this.#callOff = null;
  }
}
