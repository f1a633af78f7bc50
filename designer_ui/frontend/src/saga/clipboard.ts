import { renameInValue } from "@/graph/expressions";
import { isNodeId, uniqueName } from "@/graph/ids";
import { isObject, type JsonObject } from "@/graph/types";
import { actionAt, type Owner, ownersOf, refOf, type Saga, slotsOf, takenIds } from "./actions";

const MARK = "flowdeck/saga-steps";

/** The chosen steps or participants with all their actions as JSON. Empty without any. */
export function copyOwners(saga: Saga, ids: ReadonlySet<string>): string {
  const chosen = new Set([...ids].map((id) => refOf(saga, id).owner));
  const owners = ownersOf(saga).filter((owner) => chosen.has(owner.id));
  return owners.length === 0
    ? ""
    : JSON.stringify({ mark: MARK, mode: saga.mode, owners }, null, 2);
}

const isAction = (value: unknown): boolean =>
  isObject(value) && typeof value.type === "string" && isObject(value.config);

/** Copied steps that fit this saga's mode; null for anything else. */
export function readOwners(saga: Saga, text: string): Owner[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || value.mark !== MARK || value.mode !== saga.mode) return null;
  const first = saga.mode === "tcc" ? "try_action" : "action";
  const isOwner = (each: unknown): each is Owner =>
    isObject(each) && typeof each.id === "string" && isNodeId(each.id) && isAction(each[first]);
  return Array.isArray(value.owners) && value.owners.every(isOwner) ? value.owners : null;
}

/** The owners with ids that are free, and expressions that follow them. */
export function withFreshIds(saga: Saga, owners: readonly Owner[]): Owner[] {
  const taken = takenIds(saga);
  const renamed = new Map<string, string>();
  for (const { id } of owners) {
    const fresh = taken.has(id) ? uniqueName(id.replace(/_\d+$/, ""), taken) : id;
    taken.add(fresh);
    renamed.set(id, fresh);
  }
  return owners.map((owner) => {
    const copy = { ...owner, id: renamed.get(owner.id) ?? owner.id } as Owner;
    for (const slot of slotsOf(owner)) {
      const action = actionAt(owner, slot);
      if (!action) continue;
      let config: unknown = action.config;
      for (const [old] of renamed) config = renameInValue(config, old, `__${old}`);
      for (const [old, id] of renamed) config = renameInValue(config, `__${old}`, id);
      Object.assign(copy, { [slot]: { ...action, config: config as JsonObject } });
    }
    return copy;
  });
}
