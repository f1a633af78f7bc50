"""Moving a run from one plan to another: its state on the new plan, or what stands in the way.

A state holds the frontier only, so what is done needs no place in the new plan, but what is under
way does, and every arrival at a join. The one danger is a join that waits for a path which the run
has already passed: the new plan is asked for these as far as the old one does not have them itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from workflows_app.core import graph_shape
from workflows_app.core.loops import LoopExits
from workflows_app.core.plan import Execution, JoinMode, Plan, PlanEdge, PlanNode
from workflows_app.core.state import ActiveNode, JoinRound, NodeStatus, RunState, VisitKey

ObstacleKind = Literal["needs_mapping", "would_get_stuck", "busy"]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a run cannot move, in words for who moves it."""

    kind: ObstacleKind
    node: str
    """In the plan that the run is on, or, for a join, in the new one."""
    message: str


@dataclass(frozen=True, slots=True)
class Migration:
    """What a run becomes on the new plan; without obstacles it can move."""

    state: RunState
    obstacles: tuple[Obstacle, ...] = ()


def migrate_state(
    old_plan: Plan,
    new_plan: Plan,
    state: RunState,
    mapping: Mapping[str, str],
    *,
    visited: Mapping[str, int] | None = None,
) -> Migration:
    """The state on the new plan.

    Args:
        old_plan: What the run is on.
        new_plan: What it shall be on.
        state: As the last decision left it; the run is open.
        mapping: For nodes that have another id in the new plan, that id.
        visited: The last visit of each node that the run has reached, done ones included.

    Returns:
        The new state and the obstacles; with any of them the state must not be used.
    """
    return _Move(old_plan, new_plan, state, mapping, visited or {}).result()


class _Move:
    def __init__(
        self,
        old_plan: Plan,
        new_plan: Plan,
        state: RunState,
        mapping: Mapping[str, str],
        visited: Mapping[str, int],
    ) -> None:
        self._old = old_plan
        self._new = new_plan
        self._state = state
        self._mapping = mapping
        self._visited = visited
        self._edges = _matching_edges(old_plan, new_plan, mapping)

    def result(self) -> Migration:
        state = self._state
        obstacles = [
            *self._mapping_obstacles(),
            *(found for active in state.active.values() for found in self._standing(active)),
            *self._end_obstacles(),
            *self._join_obstacles(),
            *self._loop_obstacles(),
        ]
        moved = self._moved()
        if not obstacles:
            obstacles += [*self._unfillable_joins(moved), *self._second_visits(moved)]
        return Migration(moved, tuple(obstacles))

    def _is_shared(self, target: str) -> bool:
        return list(self._mapping.values()).count(target) > 1

    def _name(self, node: str) -> str:
        return self._mapping.get(node, node)

    def _key(self, key: VisitKey) -> VisitKey:
        return self._name(key[0]), key[1]

    # What stands in the way

    def _mapping_obstacles(self) -> Iterator[Obstacle]:
        for source, target in self._mapping.items():
            if source not in self._old.nodes:
                yield Obstacle("needs_mapping", source, f"The run's version has no “{source}”.")
            elif target not in self._new.nodes:
                yield Obstacle("needs_mapping", source, f"The new version has no “{target}”.")
            elif target != source and (target in self._visited or self._is_shared(target)):
                message = f"“{target}” would stand for two nodes of the run."
                yield Obstacle("needs_mapping", source, message)

    def _standing(self, active: ActiveNode) -> Iterator[Obstacle]:
        """Whether a node that is under way can go on as its counterpart."""
        old = self._old.nodes[active.node]
        new = self._new.nodes.get(self._name(active.node))
        if new is None:
            yield self._is_gone(active.node, "is under way")
        elif new.type != old.type:
            message = f"“{active.node}” is under way, and “{new.id}” does something else."
            yield Obstacle("would_get_stuck", active.node, message)
        else:
            lost = _answers(old) - _answers(new)
            if lost and active.status is NodeStatus.WAITING:
                message = f"“{active.node}” asks for answers that are gone: {', '.join(lost)}."
                yield Obstacle("would_get_stuck", active.node, message)
            if new.signal != old.signal and active.status is NodeStatus.WAITING:
                message = f"“{active.node}” waits for “{old.signal}”, the new one for another."
                yield Obstacle("would_get_stuck", active.node, message)
            if new.id != active.node and _is_in_other_hands(old, active):
                message = f"“{active.node}” is being carried out; it can get a new id later."
                yield Obstacle("busy", active.node, message)

    def _end_obstacles(self) -> Iterator[Obstacle]:
        failed = (self._state.failure,) if self._state.failure is not None else ()
        for node, _ in dict.fromkeys((*self._state.ends, *failed)):
            if self._name(node) not in self._new.nodes:
                yield self._is_gone(node, "tells how the run ends")

    def _join_obstacles(self) -> Iterator[Obstacle]:
        for node, rounds in self._state.joins.items():
            new = self._new.nodes.get(self._name(node))
            if new is None:
                yield self._is_gone(node, "has been reached by some of its ways")
                continue
            lost = [i for r in rounds if not r.is_fired for i in r.live if i not in self._edges]
            if lost or len(new.incoming) < 2:
                message = f"A way on which the run came to “{node}” is gone."
                yield Obstacle("would_get_stuck", node, message)

    def _loop_obstacles(self) -> Iterator[Obstacle]:
        for loop, edge in self._state.exits.withheld:
            if edge in self._edges and loop not in self._edges:
                node = self._old.edges[loop].target
                message = f"The loop back to “{node}” is gone while the run is in it."
                yield Obstacle("would_get_stuck", node, message)

    def _unfillable_joins(self, moved: RunState) -> Iterator[Obstacle]:
        already = {
            (self._edges[index], self._name(join))
            for join, missing in _missing_arrivals(self._old, self._state)
            for index in missing
            if index in self._edges
        }
        for join, missing in _missing_arrivals(self._new, moved):
            for index in missing:
                if (index, join) not in already:
                    source = self._new.edges[index].source
                    message = f"“{join}” would wait for “{source}”, which the run has passed."
                    yield Obstacle("would_get_stuck", join, message)

    def _second_visits(self, moved: RunState) -> Iterator[Obstacle]:
        reached = {self._name(node) for node in self._visited}
        # Behind a join that started before its last path came, nodes are done and ahead at once.
        already = {self._name(node) for node in _ahead(self._old, _under_way(self._state))}
        for node in sorted((reached & _ahead(self._new, _under_way(moved))) - already):
            if not self._new.nodes[node].is_repeatable:
                message = f"“{node}” is done, and lies ahead again in the new version."
                yield Obstacle("would_get_stuck", node, message)

    def _is_gone(self, node: str, why: str) -> Obstacle:
        return Obstacle("needs_mapping", node, f"“{node}” {why}, and the new version has no such.")

    # The new state

    def _moved(self) -> RunState:
        state, edges = self._state, self._edges
        counted = {**self._visited, **state.visits}
        active = [replace(a, node=self._name(a.node)) for a in state.active.values()]
        return replace(
            state,
            active={(a.node, a.visit): a for a in active},
            joins={
                self._name(node): tuple(self._round(each) for each in rounds)
                for node, rounds in state.joins.items()
            },
            visits={
                self._name(node): visit
                for node, visit in counted.items()
                if (new := self._new.nodes.get(self._name(node))) is not None and new.is_repeatable
            },
            iterations={edges[i]: count for i, count in state.iterations.items() if i in edges},
            exits=LoopExits(
                withheld=tuple(
                    (edges[loop], edges[edge])
                    for loop, edge in state.exits.withheld
                    if loop in edges and edge in edges
                ),
                taken=tuple(edges[index] for index in state.exits.taken if index in edges),
            ),
            ends=tuple(self._key(key) for key in state.ends),
            reusable={self._key(key): ports for key, ports in state.reusable.items()},
            failure=None if state.failure is None else self._key(state.failure),
        )

    def _round(self, arrivals: JoinRound) -> JoinRound:
        edges = self._edges
        return replace(
            arrivals,
            live=tuple(edges[index] for index in arrivals.live if index in edges),
            dead=tuple(edges[index] for index in arrivals.dead if index in edges),
        )


def _matching_edges(old: Plan, new: Plan, mapping: Mapping[str, str]) -> dict[int, int]:
    """For each edge of the old plan that the new one has as well, its index there."""
    by_way: dict[tuple[str, str, str, bool], list[PlanEdge]] = {}
    for edge in new.edges:
        way = (edge.source, edge.source_port, edge.target, edge.is_loop)
        by_way.setdefault(way, []).append(edge)
    found: dict[int, int] = {}
    for edge in old.edges:
        source, target = (mapping.get(node, node) for node in (edge.source, edge.target))
        same = by_way.get((source, edge.source_port, target, edge.is_loop))
        if same:
            found[edge.index] = same.pop(0).index
    return found


def _answers(node: PlanNode) -> set[str]:
    """The outcomes that people were offered."""
    is_human = node.execution is Execution.HUMAN
    return {outcome["id"] for outcome in node.config.get("outcomes", ())} if is_human else set()


def _is_in_other_hands(node: PlanNode, active: ActiveNode) -> bool:
    """True when a worker or a child run will report under the node's present id."""
    match node.execution:
        case Execution.CHILD:
            return active.status is NodeStatus.WAITING
        case Execution.WORKER:
            return active.status in {NodeStatus.QUEUED, NodeStatus.RUNNING}
        case _:
            return False


def _under_way(state: RunState) -> set[str]:
    return {active.node for active in state.active.values()}


def _ahead(plan: Plan, nodes: Collection[str]) -> set[str]:
    """What can be reached from these nodes; they themselves only where they can be again."""
    links = graph_shape.links_of(plan.nodes, ((edge.source, edge.target) for edge in plan.edges))
    return set(graph_shape.reachable(links, (t for node in nodes for t in links[node])))


def _missing_arrivals(plan: Plan, state: RunState) -> Iterator[tuple[str, list[int]]]:
    """Joins ahead that need arrivals which nothing under way can bring, with these edges."""
    under_way = _under_way(state)
    coming = under_way | _ahead(plan, under_way)
    withheld = {edge for _, edge in state.exits.withheld}
    for node in plan.nodes.values():
        rounds = state.joins.get(node.id, ())
        if len(node.incoming) < 2 or (rounds and rounds[0].is_fired):
            continue
        live = set(rounds[0].live) if rounds else set()
        here = live | (set(rounds[0].dead) if rounds else set())
        possible = {e.index for e in node.incoming if e.source in coming or e.index in withheld}
        if not possible - here and not here:
            continue
        missing = [e.index for e in node.incoming if e.index not in here | possible]
        if missing and len(live | possible) < _needed(node):
            yield node.id, missing


def _needed(node: PlanNode) -> int:
    """How many arrivals let the join start; all of them, unless it starts with fewer."""
    match node.join.mode:
        case JoinMode.ANY:
            return 1
        case JoinMode.COUNT:
            return node.join.count
        case _:
            return len(node.incoming)
