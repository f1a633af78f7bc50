import { useMemo, useRef } from "react";
import type { CanvasEdge, CanvasNode } from "@/canvas/types";
import { asDrawn } from "@/documents/rules";
import { findChangedNodes } from "@/graph/changes";
import { asGraph, positionOf } from "@/graph/document";
import { portsOf, titleOf } from "@/graph/ports";
import type { Catalog, GraphDocument, Position, ProblemItem, WorkflowNode } from "@/graph/types";
import { useDesigner, useDocument } from "../store/designerStore";

interface Marks {
  isChanged: boolean;
  problemCount: number;
  problemText: string | undefined;
}

const noMarks: Marks = { isChanged: false, problemCount: 0, problemText: undefined };

function toCanvasNode(
  node: WorkflowNode,
  position: Position,
  catalog: Catalog,
  marks: Marks,
): CanvasNode {
  const type = catalog.get(node.type);
  const isTask = node.type.startsWith("task:");
  return {
    id: node.id,
    type: node.type,
    title: titleOf(catalog, node),
    typeTitle: isTask ? `Task ${node.type.slice(5)}` : (type?.title ?? `Unknown type ${node.type}`),
    family: type?.family ?? "flow",
    icon: type?.icon ?? "box",
    ports: portsOf(catalog, node),
    position,
    text: node.type === "note" ? String(node.config.text ?? "") : undefined,
    ...marks,
  };
}

export const canvasNodesOf = (document: GraphDocument, catalog: Catalog): CanvasNode[] =>
  document.nodes.map((node) => toCanvasNode(node, positionOf(document, node.id), catalog, noMarks));

function groupProblems(problems: readonly ProblemItem[]): Map<string, ProblemItem[]> {
  const byNode = new Map<string, ProblemItem[]>();
  for (const problem of problems) {
    if (!problem.node_id) continue;
    byNode.set(problem.node_id, [...(byNode.get(problem.node_id) ?? []), problem]);
  }
  return byNode;
}

interface CachedCard {
  node: WorkflowNode;
  key: string;
  result: CanvasNode;
}

/** The document as the canvas draws it. Cards that did not change stay the same objects. */
export function useCanvasModel(): { nodes: CanvasNode[]; edges: CanvasEdge[] } {
  const document = asGraph(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  const problems = useDesigner((state) => state.problems);
  const published = useDesigner((state) => state.published);
  const cache = useRef(new Map<string, CachedCard>());

  const changed = useMemo(
    () =>
      published
        ? findChangedNodes(document, asGraph(asDrawn(published.document)))
        : new Set<string>(),
    [document, published],
  );
  const byNode = useMemo(() => groupProblems(problems), [problems]);

  const nodes = useMemo(() => {
    const next = new Map<string, CachedCard>();
    const cards = document.nodes.map((node) => {
      const position = positionOf(document, node.id);
      const own = byNode.get(node.id) ?? [];
      const marks: Marks = {
        isChanged: changed.has(node.id),
        problemCount: own.length,
        problemText: own[0]?.message,
      };
      const key = `${position.x} ${position.y} ${marks.isChanged} ${marks.problemCount} ${marks.problemText}`;
      const cached = cache.current.get(node.id);
      const entry =
        cached && cached.node === node && cached.key === key
          ? cached
          : { node, key, result: toCanvasNode(node, position, catalog, marks) };
      next.set(node.id, entry);
      return entry.result;
    });
    cache.current = next;
    return cards;
  }, [document, catalog, byNode, changed]);

  const edges = useMemo<CanvasEdge[]>(() => {
    const wrong = new Set(problems.map((problem) => problem.edge_id));
    return wrong.size === 0
      ? document.edges
      : document.edges.map((edge) => (wrong.has(edge.id) ? { ...edge, hasProblem: true } : edge));
  }, [document.edges, problems]);

  return { nodes, edges };
}
