"""Laws of undoing, on random sagas and random histories with duplicates and late events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.catalog import CATALOG
from tests.core.sagas import plain, saga, tcc, together, undoable
from tests.core.test_decide_laws import ROUNDS, Player
from tests.core.world import World
from workflows_app.core.compile import compile_document
from workflows_app.core.events import AttentionResolved, Choice
from workflows_app.core.replay import replay
from workflows_app.core.state import CLOSED, NodeStatus, RunStatus

CONFIGS: dict[str, dict[str, Any]] = {
    "task:any": {},
    "task:once": {},
    "human": {},
    "transform": {"output": 1},
}
OVER = frozenset({"node.succeeded", "node.skipped"})


@st.composite
def sagas(draw: Any) -> dict[str, Any]:
    """A sound saga of either mode."""
    fields = {
        "settings": {
            "timeout_seconds": draw(st.sampled_from([None, 600])),
            "on_failure": draw(st.sampled_from(["stop", "finish_other_paths"])),
        }
    }
    if draw(st.integers(0, 3)) == 0:
        names = [f"t{i}" for i in range(draw(st.integers(1, 4)))]
        seconds = draw(st.sampled_from([None, 300]))
        return tcc(*names, reservation_seconds=seconds, **fields)
    items = [_item(draw, f"c{i}", "compensatable") for i in range(draw(st.integers(0, 5)))]
    if draw(st.booleans()):
        items.append(plain("p", "pivot", **_policies(draw)))
    items += [_item(draw, f"r{i}", "retriable") for i in range(draw(st.integers(0, 2)))]
    return saga(*(items or [undoable("c")]), **fields)


def _item(draw: Any, name: str, sort: str) -> dict[str, Any]:
    if draw(st.integers(0, 2)) == 0:
        count = draw(st.integers(1, 3))
        return together(name, *(_step(draw, f"{name}_{i}", sort) for i in range(count)))
    return _step(draw, name, sort)


def _step(draw: Any, name: str, sort: str) -> dict[str, Any]:
    if sort == "retriable" or draw(st.integers(0, 4)) == 0:
        return plain(name, sort, **_policies(draw))
    kind, undo_kind = draw(st.sampled_from(list(CONFIGS))), draw(st.sampled_from(list(CONFIGS)))
    undo = {"type": undo_kind, "config": CONFIGS[undo_kind], **_policies(draw)}
    return undoable(name, kind, undo=undo, config=CONFIGS[kind], **_policies(draw))


def _policies(draw: Any) -> dict[str, Any]:
    return {
        "timeout_seconds": draw(st.sampled_from([None, 60])),
        "retry": draw(st.sampled_from([None, {"max_attempts": 2}])),
    }


class SagaPlayer(Player):
    """A player with an operator beside it."""

    def step(self) -> None:
        super().step()
        stuck = self._stuck()
        if stuck and self.draw(st.integers(0, 2)) == 0:
            self._resolve(self.pick(stuck), Choice)

    def settle_attention(self) -> None:
        """The operator sees to everything, until the run ends or waits for people."""
        for _ in range(500):
            self.bring_to_rest()
            stuck = self._stuck()
            if not stuck:
                return
            self._resolve(stuck[0], (Choice.RESOLVE, Choice.SKIP))
        raise AssertionError("The operator was asked without end.")

    def _stuck(self) -> list[str]:
        active = self.world.state.active.values()
        return sorted(a.node for a in active if a.status is NodeStatus.NEEDS_ATTENTION)

    def _resolve(self, node: str, choices: Iterable[Choice]) -> None:
        attempt = self.world.state.active[node, 1].attempt
        choice = self.pick(choices)
        self.world.send(AttentionResolved(node, 1, attempt, self.world.now, choice, "note", "ola"))


def played(document: dict[str, Any], draw: Any) -> tuple[World, SagaPlayer]:
    world = World(compile_document(document, CATALOG)).begin()
    player = SagaPlayer(draw, world)
    player.play(draw(st.integers(0, 30)))
    return world, player


@given(sagas(), st.data())
@ROUNDS
def test_every_saga_ends_or_needs_attention(document, data):
    # World checks in each step: no compensation starts twice, and none undoes what was not there.
    world, player = played(document, data.draw)
    player.bring_to_rest()
    if world.state.status in CLOSED:
        assert world.closed is not None
        assert not world.state.active
        assert not world.timers
    else:
        assert world.state.status is RunStatus.NEEDS_ATTENTION
    player.settle_attention()
    assert world.state.status in CLOSED


@given(sagas(), st.data())
@ROUNDS
def test_what_was_done_is_undone_or_the_run_does_not_say_so(document, data):
    world, player = played(document, data.draw)
    player.settle_attention()
    compensated = {key for key, s in world.rows.items() if s is NodeStatus.COMPENSATED}
    undoable_steps = {
        key
        for key, status in world.rows.items()
        if status is NodeStatus.SUCCEEDED and world.plan.nodes[key[0]].compensation
    }
    if world.state.status is RunStatus.COMPENSATED:
        assert not undoable_steps
    if world.state.status is RunStatus.SUCCEEDED:
        assert not compensated
    # A failure of which nobody knows what it did tells that it began, also where nothing else has.
    begun = {
        (r.entry.node, r.entry.visit)
        for r in world.journal
        if r.entry.type in {"node.started", "node.succeeded"} or r.entry.data.get("uncertain")
    }
    assert compensated <= begun


@given(sagas(), st.data())
@ROUNDS
def test_undoing_goes_newest_first(document, data):
    world, player = played(document, data.draw)
    player.settle_attention()
    plan = world.plan
    position = {node: index for index, node in enumerate(plan.nodes)}
    began: dict[str, int] = {}
    over: dict[str, int] = {}
    for index, recorded in enumerate(world.journal):
        node = recorded.entry.node
        if node and plan.nodes[node].compensates:
            began.setdefault(node, index)
            if recorded.entry.type in OVER:
                over[node] = index
    for later in began:
        for earlier in began:
            after, before = (plan.nodes[plan.nodes[n].compensates or ""] for n in (later, earlier))
            if after.undo_group != before.undo_group and position[after.id] > position[before.id]:
                assert over[later] < began[earlier]


@given(sagas(), st.data())
@ROUNDS
def test_nothing_is_undone_after_the_pivot(document, data):
    world, player = played(document, data.draw)
    player.settle_attention()
    pivots = {node.id for node in world.plan.nodes.values() if node.is_pivot}
    types = [(r.entry.type, r.entry.node) for r in world.journal]
    if any((("node.succeeded", pivot) in types) for pivot in pivots):
        assert ("run.compensating", "") not in types
        assert world.state.status is RunStatus.SUCCEEDED


@given(sagas(), st.data())
@ROUNDS
def test_replaying_a_saga_s_journal_gives_the_same_state(document, data):
    world, player = played(document, data.draw)
    assert replay(world.plan, world.journal) == world.state
    player.settle_attention()
    assert replay(world.plan, world.journal) == world.state
