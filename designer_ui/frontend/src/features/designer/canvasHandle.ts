import type { Command } from "@/app/commands";
import type { Part } from "@/documents/types";
import type { ProblemItem } from "@/graph/types";

/** A point of the window, in pixels. */
export interface Point {
  x: number;
  y: number;
}

/** What a new part has beside what its type begins with. */
export type NodePreset = Partial<Pick<Part, "title" | "config">>;

/** What the shell asks of the canvas that is shown, whatever the kind of workflow. */
export interface CanvasHandle {
  /** Adds a part of a type where it makes sense at the moment, and selects it. */
  add: (type: string, preset?: NodePreset) => void;
  /** Something of a type is dragged over the window: shows where it would land; null ends that. */
  dragOver: (type: string, at: Point | null) => void;
  /** Lets go of what was dragged. */
  drop: (type: string, at: Point) => void;
  /** Adds what a clipboard's text holds; false when that is nothing for this kind. */
  paste: (text: string) => boolean;
  selectAll: () => void;
  /** Brings the place of a problem into view, selects it and opens its settings. */
  showProblem: (problem: ProblemItem) => void;
  /** Keeps a part in sight beside its settings, which cover so much at the right. */
  reveal: (partId: string, coveredWidth: number) => void;
  /** Gives the keyboard to a part, or to the canvas itself. */
  focus: (partId: string | null) => void;
  /** The whole drawing in sight. */
  fit: () => void;
  /** Edits that only this kind knows, for Ctrl+K, the keyboard and the `?` list. */
  commands: readonly Command[];
}

/** What the canvas of a kind is given. */
export interface KindCanvasProps {
  region: React.RefObject<HTMLDivElement | null>;
  isReadOnly: boolean;
  onReady: (handle: CanvasHandle | null) => void;
}
