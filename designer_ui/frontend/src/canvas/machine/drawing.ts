import type { Canvas, CanvasAction } from "@/api/types";
import type { Size } from "@/graph/geometry";

/** Sizes of the drawing, in pixels at zoom 1; machine.css uses the same figures. */
export const STATE_WIDTH = 200;
export const STATE_HEADER = 48;
export const ROW_HEIGHT = 28;
export const ROWS_PADDING = 8;
export const HISTORY_SIZE = 40;
/** Room between a state and those in it. */
export const INSIDE = 24;

/** Something that a state does: on entry, on exit, or on an event that leads nowhere else. */
export interface StateRow {
  readonly id: string;
  /** When it is done: "entry", "exit", or the label of the transition. */
  readonly when: string;
  readonly actions: readonly CanvasAction[];
}

export type StateKind = "atomic" | "compound" | "parallel" | "final" | "history";

export interface StateBox {
  readonly id: string;
  readonly kind: StateKind;
  readonly title: string;
  readonly icon: string;
  readonly parent: string | null;
  /** How many states it lies in. */
  readonly depth: number;
  readonly hasChildren: boolean;
  /** One of the regions of a parallel state. */
  readonly isRegion: boolean;
  /** What it lies in begins with it, where that is known. */
  readonly isInitial?: boolean;
  readonly rows: readonly StateRow[];
}

export interface TransitionLine {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** Id of the transition: one to several targets is drawn as several lines. */
  readonly transition: string;
  readonly label: string;
  readonly actions: readonly CanvasAction[];
}

export interface MachineDrawing {
  /** Outer states come before the inner ones. */
  readonly states: readonly StateBox[];
  readonly lines: readonly TransitionLine[];
}

const kindOf = (type: string): StateKind => type.replace("state.", "") as StateKind;

/** A machine's canvas as boxes within boxes, and lines between them. */
export function drawingOf(canvas: Pick<Canvas, "nodes" | "edges" | "actions">): MachineDrawing {
  const byId = new Map(canvas.nodes.map((node) => [node.id, node]));
  const parents = new Set(canvas.nodes.map((node) => node.parent));
  const leading = new Set(canvas.edges.map((edge) => `${edge.source} ${edge.source_port}`));
  const doneIn = (state: string, when: string) =>
    canvas.actions.filter((action) => action.state === state && action.when === when);
  const depthOf = (parent: string | null): number =>
    parent === null ? 0 : 1 + depthOf(byId.get(parent)?.parent ?? null);

  const states = canvas.nodes.map((node): StateBox => {
    const parent = node.parent ?? null;
    const rows = [
      { id: "entry", when: "entry", actions: doneIn(node.id, "entry") },
      { id: "exit", when: "exit", actions: doneIn(node.id, "exit") },
    ].filter((row) => row.actions.length > 0);
    const staying = node.ports
      .filter((port) => !leading.has(`${node.id} ${port.id}`))
      .map((port) => ({ id: port.id, when: port.label, actions: doneIn(node.id, port.id) }));
    return {
      id: node.id,
      kind: kindOf(node.type),
      title: node.title,
      icon: node.icon,
      parent,
      depth: depthOf(parent),
      hasChildren: parents.has(node.id),
      isRegion: parent !== null && byId.get(parent)?.type === "state.parallel",
      rows: [...rows, ...staying],
    };
  });
  const lines = canvas.edges.map((edge) => ({
    id: edge.id,
    source: edge.source,
    target: edge.target,
    transition: edge.source_port,
    label: edge.label,
    // Of several targets the first tells what is done on the way.
    actions: edge.id === edge.source_port ? doneIn(edge.source, edge.source_port) : [],
  }));
  return { states: states.toSorted((a, b) => a.depth - b.depth), lines };
}

/** What a state needs for its title and what it does; the states in it come below that. */
export function ownSize(state: StateBox): Size {
  if (state.kind === "history") return { width: HISTORY_SIZE, height: HISTORY_SIZE };
  const rows = state.rows.length * ROW_HEIGHT;
  return { width: STATE_WIDTH, height: STATE_HEADER + (rows && rows + ROWS_PADDING) };
}

const LETTER = 6.6;
const LABEL_HEIGHT = 24;
const LABEL_MOST = 180;
const ACTION_BUTTON = 22;

/** The room that a transition's label takes. */
export function labelSize(line: TransitionLine): Size {
  const text = Math.min(LABEL_MOST, line.label.length * LETTER);
  return { width: 20 + text + line.actions.length * ACTION_BUTTON, height: LABEL_HEIGHT };
}
