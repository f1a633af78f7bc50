import { Maximize, Minus, Plus } from "lucide-react";
import {
  type ReactNode,
  type RefObject,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { IconButton } from "@/ui/IconButton";
import "../canvas.css";
import "./list.css";
import { ListContext, type ListContextValue } from "./ListContext";

const SMALLEST = 0.4;
/** Smaller, titles cannot be read. */
const READABLE = 0.75;
const STEPS_OF_ZOOM = [SMALLEST, 0.5, 0.65, 0.8, 1, 1.25];

/** What others may ask of a canvas of cards. */
export interface ListHandle {
  fit: () => void;
  /** Scrolls as little as needed for a card to be seen beside what covers the right. */
  reveal: (id: string, coveredWidth: number) => void;
  focus: (id: string) => void;
}

export interface ScrollCanvasProps extends Omit<ListContextValue, "tabStop"> {
  label: string;
  /** Id of the first card, which the Tab key comes to while none is selected. */
  firstId: string;
  /** What is wider than the window is first shown from its beginning, not from its middle. */
  isAlong?: boolean;
  handle?: RefObject<ListHandle | null>;
  /** More buttons for the corner. */
  tools?: ReactNode;
  /** Drawn above the cards: an empty state. */
  overlay?: ReactNode;
  children: ReactNode;
}

const MARGIN = 24;

function scrollTo(frame: HTMLElement, card: Element, coveredWidth: number): void {
  const view = frame.getBoundingClientRect();
  const box = card.getBoundingClientRect();
  const right = view.right - coveredWidth;
  let x = 0;
  let y = 0;
  if (box.right + MARGIN > right) x = box.right + MARGIN - right;
  if (box.left - x - MARGIN < view.left) x = box.left - MARGIN - view.left;
  if (box.bottom + MARGIN > view.bottom) y = box.bottom + MARGIN - view.bottom;
  if (box.top - y - MARGIN < view.top) y = box.top - MARGIN - view.top;
  if (x !== 0 || y !== 0) frame.scrollBy(x, y);
}

/** The frame of a canvas that the browser lays out: it scrolls, zooms, and knows its cards. */
export function ScrollCanvas(props: ScrollCanvasProps) {
  const { label, firstId, isAlong = false, handle, tools, overlay, children } = props;
  const { selection, onSelect, onOpen, editing, dragged, landing, open } = props;
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const [first] = selection;
  const tabStop = first ?? firstId;
  const context = useMemo<ListContextValue>(
    () => ({ tabStop, selection, onSelect, onOpen, editing, dragged, landing, open }),
    [tabStop, selection, onSelect, onOpen, editing, dragged, landing, open],
  );
  const stepZoom = (by: 1 | -1) => {
    const next = by > 0 ? STEPS_OF_ZOOM.find((each) => each > zoom) : undefined;
    const smaller = STEPS_OF_ZOOM.filter((each) => each < zoom).at(-1);
    setZoom(by > 0 ? (next ?? zoom) : (smaller ?? zoom));
  };
  const fit = useCallback(() => {
    const [view, drawn] = [frame.current, content.current];
    if (!view || !drawn) return;
    const box = drawn.getBoundingClientRect();
    setZoom((now) => {
      const share = Math.min(view.clientWidth / box.width, view.clientHeight / box.height);
      return Math.min(1, Math.max(SMALLEST, now * share));
    });
  }, []);
  const cardOf = useCallback(
    (id: string) => content.current?.querySelector(`[data-node-id="${CSS.escape(id)}"]`),
    [],
  );
  useImperativeHandle(
    handle,
    () => ({
      fit,
      reveal: (id, coveredWidth) => {
        const card = cardOf(id);
        if (card && frame.current) scrollTo(frame.current, card, coveredWidth);
      },
      focus: (id) => {
        const card = cardOf(id);
        if (card instanceof HTMLElement) card.focus({ preventScroll: true });
      },
    }),
    [fit, cardOf],
  );
  useLayoutEffect(() => {
    // As wide as the window, where it can be read at that size; else its middle.
    const [view, drawn] = [frame.current, content.current];
    if (!view || !drawn) return;
    const share = view.clientWidth / drawn.getBoundingClientRect().width;
    setZoom(Math.min(1, Math.max(READABLE, share)));
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another zoom makes another width
  useLayoutEffect(() => {
    const view = frame.current;
    if (view && !isAlong) view.scrollLeft = (view.scrollWidth - view.clientWidth) / 2;
  }, [zoom, isAlong]);
  return (
    <ListContext.Provider value={context}>
      <div className="fd-list-canvas relative h-full w-full">
        <div
          ref={frame}
          role="group"
          aria-label={label}
          tabIndex={editing ? -1 : 0}
          data-list
          className="scroll-thin absolute inset-0 overflow-auto outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset"
        >
          <div
            ref={content}
            style={{ zoom, "--unzoom": 1 / zoom } as React.CSSProperties}
            className="mx-auto flex w-max flex-col items-center px-12 pt-10 pb-28"
          >
            {children}
          </div>
        </div>
        {overlay}
        <div
          role="toolbar"
          aria-label="Canvas"
          className="-translate-x-1/2 absolute bottom-4 left-1/2 flex items-center gap-0.5 rounded-xl border bg-card p-1 shadow-raised"
        >
          <IconButton label="Zoom out" side="top" size="icon-sm" onClick={() => stepZoom(-1)}>
            <Minus />
          </IconButton>
          <IconButton label="Zoom in" side="top" size="icon-sm" onClick={() => stepZoom(1)}>
            <Plus />
          </IconButton>
          <IconButton
            label="Zoom to fit"
            keys="Shift+Digit1"
            side="top"
            size="icon-sm"
            onClick={fit}
          >
            <Maximize />
          </IconButton>
          {tools}
        </div>
      </div>
    </ListContext.Provider>
  );
}
