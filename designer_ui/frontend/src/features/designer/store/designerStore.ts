import { createContext, useContext, useMemo } from "react";
import { createStore, type StoreApi, useStore } from "zustand";
import type { Palette, PublishedVersion, WorkflowDetail } from "@/api/types";
import { noSelection, type Route, type Selection } from "@/canvas/types";
import { type History, record, redo, startHistory, undo } from "@/documents/history";
import { asDrawn, editOf, type Operation, rulesOf } from "@/documents/rules";
import type { Part, WorkflowDocument } from "@/documents/types";
import type { Catalog, GraphDocument, NodeType, Position, ProblemItem } from "@/graph/types";
import type { SaveState } from "./draftSaver";

export type DrawerTab = "problems" | "test-data" | "last-run";

/** Where the next node is asked for. */
export interface QuickAddRequest {
  /** The node that it follows; null on an empty canvas. */
  source: string | null;
  /** The output to wire; null lets the person pick. */
  port: string | null;
  /** Where it lands; null: behind its source. */
  at: Position | null;
  /** The edge that it goes into. */
  edgeId: string | null;
}

export interface DesignerState {
  workflowId: string;
  catalog: Catalog;
  title: string;
  published: PublishedVersion | null;
  history: History;
  save: SaveState;
  problems: readonly ProblemItem[];
  /** Bend points of the last tidy-up, for as long as its layout stands. */
  routes: { layout: GraphDocument["layout"]; byEdge: Record<string, Route> } | null;
  selection: Selection;
  isInspectorOpen: boolean;
  isPaletteOpen: boolean;
  quickAdd: QuickAddRequest | null;
  drawer: DrawerTab | null;
  dialog: "publish" | "run" | "settings" | null;
  /** The person's own sample input for previews and runs; null while it is made up. */
  sampleInput: unknown;
  /** Outputs of the last run, by node. */
  sampleOutputs: Record<string, unknown>;
  perform: (operation: Operation) => void;
  undo: () => void;
  redo: () => void;
  select: (selection: Selection) => void;
  selectNodes: (ids: Iterable<string>) => void;
  set: (patch: Partial<DesignerState>) => void;
}

export type DesignerStore = StoreApi<DesignerState>;

/** Selected parts that are still there. */
function keepExisting(selection: Selection, document: WorkflowDocument): Selection {
  const rules = rulesOf(document);
  const parts = new Set(rules.partsOf(document).map((part) => part.id));
  const hasEdge = (id: string) => rules.hasEdge(document, id);
  const isWhole =
    [...selection.nodes].every((id) => parts.has(id)) && [...selection.edges].every(hasEdge);
  if (isWhole) return selection;
  return {
    nodes: new Set([...selection.nodes].filter((id) => parts.has(id))),
    edges: new Set([...selection.edges].filter(hasEdge)),
  };
}

export function createDesignerStore(
  workflow: WorkflowDetail,
  { types, actions }: Palette,
  save: SaveState,
): DesignerStore {
  return createStore<DesignerState>()((set, get) => {
    const move = (history: History) => {
      if (history === get().history) return;
      set((state) => {
        const selection = keepExisting(state.selection, history.present);
        return {
          history,
          selection,
          isInspectorOpen: state.isInspectorOpen && selection.nodes.size === 1,
          quickAdd: null,
        };
      });
    };
    const document = asDrawn(workflow.draft.document);
    return {
      workflowId: workflow.id,
      catalog: rulesOf(document).catalogOf(
        new Map(types.map((type) => [type.name, type])),
        actions,
      ),
      title: workflow.title,
      published: workflow.published,
      history: startHistory(document),
      save,
      problems: workflow.draft.problems,
      routes: null,
      selection: noSelection,
      isInspectorOpen: false,
      isPaletteOpen: true,
      quickAdd: null,
      drawer: null,
      dialog: null,
      sampleInput: null,
      sampleOutputs: {},
      perform: (operation) =>
        move(record(get().history, editOf(get().history.present, operation), Date.now())),
      undo: () => move(undo(get().history)),
      redo: () => move(redo(get().history)),
      select: (selection) =>
        set((state) => ({
          selection,
          isInspectorOpen: state.isInspectorOpen && selection.nodes.size === 1,
          quickAdd: null,
        })),
      selectNodes: (ids) => get().select({ nodes: new Set(ids), edges: new Set() }),
      set: (patch) => set(patch),
    };
  });
}

export const DesignerContext = createContext<DesignerStore | null>(null);

export function useDesignerStore(): DesignerStore {
  const store = useContext(DesignerContext);
  if (!store) throw new Error("Designer parts must stand inside <DesignerContext.Provider>.");
  return store;
}

export function useDesigner<T>(selector: (state: DesignerState) => T): T {
  return useStore(useDesignerStore(), selector);
}

export const useDocument = (): WorkflowDocument => useDesigner((state) => state.history.present);

/** The node types that can be drawn in this kind of workflow. */
export function useOfferedTypes(): NodeType[] {
  const catalog = useDesigner((state) => state.catalog);
  const kind = useDesigner((state) => state.history.present.kind);
  return useMemo(
    () => [...catalog.values()].filter((type) => rulesOf({ kind }).isOffered(type.name)),
    [catalog, kind],
  );
}

/** The one selected part, or undefined. Its parts are those of the document, so that it is stable. */
export function useSelectedPart(): Part | undefined {
  const document = useDocument();
  const id = useDesigner(({ selection }) =>
    selection.nodes.size === 1 ? [...selection.nodes][0] : undefined,
  );
  return useMemo(
    () =>
      rulesOf(document)
        .partsOf(document)
        .find((part) => part.id === id),
    [document, id],
  );
}
