import type { Position } from "@/api/types";
import type { NodePort } from "@/graph/types";

/** A node as the canvas draws it; both the designer and the run view make these. */
export interface CanvasNode {
  id: string;
  type: string;
  title: string;
  /** The type's title, in grey below the node's. */
  typeTitle?: string;
  family: string;
  /** Name of a Lucide icon. */
  icon: string;
  ports: readonly NodePort[];
  position: Position;
  /** Text of a note. */
  text?: string | null;
  /** Differs from what is published. */
  isChanged?: boolean;
  /** Number of problems, and the first one in words. */
  problemCount?: number;
  problemText?: string;
}

export interface CanvasEdge {
  id: string;
  source: string;
  source_port: string;
  target: string;
  label?: string;
  loop?: boolean;
  hasProblem?: boolean;
}

/** Where the next node would land. */
export interface Ghost {
  source: string | null;
  sourcePort: string | null;
  position: Position;
  title: string;
  family: string;
  icon: string;
}

/** What a person may change. Without it the canvas is read only. */
export interface CanvasEditing {
  onMove: (positions: Record<string, Position>) => void;
  onConnect: (source: string, port: string, target: string) => void;
  /** A drag from a port ended on the bare canvas. */
  onConnectToNothing: (source: string, port: string, at: Position) => void;
  /** The '+' of a loose output was pressed. */
  onAddAfter: (nodeId: string, port: string) => void;
  /** The '+' in the middle of an edge was pressed. */
  onInsert: (edgeId: string) => void;
  onDeleteEdge: (edgeId: string) => void;
}

export interface Selection {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
}

export const noSelection: Selection = { nodes: new Set(), edges: new Set() };

/** Points of an edge as the layout drew it, ends included. */
export type Route = readonly Position[];
