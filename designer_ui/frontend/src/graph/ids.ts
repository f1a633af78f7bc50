import type { GraphDocument } from "./types";

const NODE_ID = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Whether the text may be a node's id, which is also a name in expressions. */
export const isNodeId = (text: string): boolean => NODE_ID.test(text);

/** An identifier made from a title: "Check policy" gives `check_policy`. */
export function identifierFrom(title: string, fallback = "step"): string {
  const base = title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 56);
  return base || fallback;
}

/** The wish itself, or with the smallest number behind it that makes it unique. */
export function uniqueName(wish: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wish)) return wish;
  for (let count = 2; ; count += 1) {
    const candidate = `${wish}_${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}

export function newNodeId(document: GraphDocument, title: string): string {
  return uniqueName(identifierFrom(title), new Set(document.nodes.map((node) => node.id)));
}

export function newEdgeId(
  taken: ReadonlySet<string>,
  source: string,
  port: string,
  target: string,
): string {
  const wish = port === "out" ? `${source}-${target}` : `${source}.${port}-${target}`;
  return uniqueName(wish.slice(0, 90), taken);
}
