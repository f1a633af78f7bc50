import type { WorkflowNode } from "./types";

/**
 * The node with the steps that its policies name renamed; those that `follow` gives null for are
 * dropped. The same node when nothing changes.
 */
export function followPolicies(
  node: WorkflowNode,
  follow: (id: string) => string | null,
): WorkflowNode {
  const named = node.cancels ?? [];
  const cancels = named.map(follow).filter((id) => id !== null);
  const onlyWhile = node.only_while ? follow(node.only_while) : null;
  const isSame =
    cancels.length === named.length &&
    cancels.every((id, index) => id === named[index]) &&
    onlyWhile === (node.only_while ?? null);
  return isSame ? node : { ...node, cancels, only_while: onlyWhile };
}
