"""Laws of `decide`, on random plans and random histories with duplicates and late events."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.plans import plan_of
from tests.core.world import World, graph
from workflows_app.core.document import GraphDocument
from workflows_app.core.events import (
    CancelRequested,
    ErrorInfo,
    NodeCompleted,
    NodeFailed,
    PauseRequested,
    ResumeRequested,
    SignalReceived,
    WorkerLost,
)
from workflows_app.core.plan import Execution, PlanNode
from workflows_app.core.replay import replay
from workflows_app.core.state import CLOSED, NodeStatus, RunStatus

KINDS = ("do", "once", "gate", "gate_every", "human", "wait", "subworkflow")
PORTS = {"gate": ("x", "y", "otherwise"), "human": ("approved", "rejected")}
ROUNDS = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def documents(draw: Any) -> GraphDocument:
    """A graph from a start to an end in which every node lies on a way between the two."""
    count = draw(st.integers(1, 9))
    names = [f"{draw(st.sampled_from(KINDS))}_{i}" for i in range(count)]
    order = ["start", *names, "end"]
    lines: list[str] = []
    for position, name in enumerate(order[1:], start=1):
        sources = draw(st.lists(st.sampled_from(order[:position]), min_size=1, max_size=3))
        lines += [f"{_out(draw, source)} > {name}" for source in dict.fromkeys(sources)]
    with_out = {line.split(" ")[0].split(".")[0] for line in lines}
    lines += [f"{_out(draw, name)} > end" for name in names if name not in with_out]
    for name in draw(st.lists(st.sampled_from(names), max_size=2, unique=True)):
        back = draw(st.sampled_from(_before(name, lines)))
        lines.append(f"{_out(draw, name)} > {back} loop={draw(st.integers(1, 3))}")
    nodes = {name: _policies(draw, name, names) for name in [*names, "end"]}
    on_failure = draw(st.sampled_from(["stop", "finish_other_paths"]))
    return graph(lines, nodes=nodes, settings={"on_failure": on_failure})


def _before(name: str, lines: list[str]) -> list[str]:
    """The node and all nodes on a way to it, but the start."""
    found = [name]
    for target in found:
        sources = (line.split(".")[0] for line in lines if line.endswith(f"> {target}"))
        found += [s for s in sources if s not in found and s != "start"]
    return found


def _out(draw: Any, name: str) -> str:
    ports = PORTS.get(name.split("_")[0], ("out",))
    if name.startswith(("do", "once", "subworkflow")):
        ports = ("out", "out", "error")
    return f"{name}.{draw(st.sampled_from(ports))}"


def _policies(draw: Any, name: str, names: list[str]) -> dict[str, Any]:
    mode = draw(st.sampled_from(["active", "active", "all", "any", "count", "each"]))
    made: dict[str, Any] = {
        "join": {
            "mode": mode,
            "count": 2 if mode == "count" else None,
            "rest": draw(st.sampled_from(["absorb", "cancel"])),
        }
    }
    if draw(st.integers(0, 3)) == 0:
        made["cancels"] = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    if draw(st.integers(0, 3)) == 0:
        made["exclusive"] = draw(st.sampled_from(["desk", "truck"]))
    if draw(st.integers(0, 5)) == 0:
        made["only_while"] = draw(st.sampled_from(names))
    if name.startswith("wait"):
        made["config"] = {"early": draw(st.sampled_from(["keep", "ignore"]))}
    if name.startswith(("do", "once", "human", "wait", "subworkflow")):
        made["timeout_seconds"] = draw(st.sampled_from([None, 60]))
        made["retry"] = draw(st.sampled_from([None, {"max_attempts": 2}]))
        made["on_error"] = draw(st.sampled_from(["fail", "fail", "continue"]))
    return made


class Player:
    """Plays a random history, then brings the run to rest."""

    def __init__(self, draw: Any, world: World) -> None:
        self.draw = draw
        self.world = world
        self.signals = 0

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def step(self) -> None:
        """One random thing happens, sensible or not."""
        world = self.world
        world.now += 1
        self.pick([self._start, self._finish, self._finish, self._fire, self._disturb])()
        if world.events and self.draw(st.booleans()):
            world.send(self.pick(world.events[1:] or world.events))

    def _start(self) -> None:
        if self.world.startable:
            self._begin(*self.pick(sorted(self.world.startable)))

    def _begin(self, node: str, visit: int) -> None:
        until = None
        if self.world.plan.nodes[node].execution is Execution.WAIT and self.draw(st.booleans()):
            until = self.world.now + 5
        if self.world.plan.nodes[node].execution is not Execution.ENGINE:
            self.world.begin_node(node, visit=visit, until=until)

    def _finish(self) -> None:
        active = sorted(self.world.state.active)
        if active:
            self._result(*self.pick(active))

    def _result(self, node: str, visit: int) -> None:
        world, at = self.world, self.world.now
        attempt = world.state.active[node, visit].attempt
        plan_node = world.plan.nodes[node]
        may_fail = plan_node.execution in {Execution.WORKER, Execution.CHILD}
        if may_fail and self.draw(st.integers(0, 4)) == 0:
            error = ErrorInfo(
                "ValueError",
                "boom",
                is_final=self.draw(st.booleans()),
                is_uncertain=self.draw(st.booleans()),
            )
            world.send(NodeFailed(node, visit, attempt, at, error, chance=0.25))
            return
        is_memoized = plan_node.execution is Execution.WORKER and self.draw(st.booleans())
        ports = self._ports(plan_node)
        world.send(NodeCompleted(node, visit, attempt, at, ports, is_memoized=is_memoized))

    def _ports(self, node: PlanNode) -> tuple[str, ...]:
        if node.type == "gate" and node.config["mode"] == "every":
            picked = self.draw(st.lists(st.sampled_from(PORTS["gate"][:2]), unique=True))
            return tuple(picked) or ("otherwise",)
        return (self.pick(PORTS.get(node.type, ("out",))),)

    def _fire(self) -> None:
        if self.world.timers:
            self.world.fire(*self.pick(sorted(self.world.timers)))

    def _disturb(self) -> None:
        world, at = self.world, self.world.now
        kind = self.draw(st.integers(0, 19))
        if kind == 0:
            world.send(CancelRequested(at))
        elif kind < 4:
            world.send(PauseRequested(at))
        elif kind < 10:
            world.send(ResumeRequested(at))
        elif kind < 15:
            self.signals += 1
            world.send(SignalReceived("go", f"s{self.signals}", at))
        elif world.state.active:
            key = self.pick(sorted(world.state.active))
            world.send(WorkerLost(key[0], key[1], world.state.active[key].attempt, at))

    def play(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def bring_to_rest(self) -> None:
        """Everybody does their part; only waits for signals may then remain."""
        self.world.send(ResumeRequested(self.world.now))
        for _ in range(2_000):
            if self.world.startable:
                self._begin_or_finish()
            elif self.world.timers:
                self._fire()
            elif not self._finish_running():
                return
        raise AssertionError("The run did not come to rest.")

    def _begin_or_finish(self) -> None:
        node, visit = sorted(self.world.startable)[0]
        if self.world.plan.nodes[node].execution is Execution.ENGINE:
            del self.world.startable[node, visit]
            self._result(node, visit)
        else:
            self._begin(node, visit)

    def _finish_running(self) -> bool:
        for key, active in sorted(self.world.state.active.items()):
            node = self.world.plan.nodes[active.node]
            if active.status in {NodeStatus.NEEDS_ATTENTION, NodeStatus.HELD}:
                continue
            is_asked = node.execution in {Execution.HUMAN, Execution.CHILD}
            if active.status is NodeStatus.RUNNING or is_asked:
                self._result(*key)
                return True
        return False


@given(documents(), st.data())
@ROUNDS
def test_every_run_ends_or_waits_for_something_named(document, data):
    # World checks in each step: no visit starts or finishes twice, nothing follows the close.
    world = World(plan_of(document)).begin()
    player = Player(data.draw, world)
    player.play(data.draw(st.integers(0, 25)))
    player.bring_to_rest()
    if world.state.status in CLOSED:
        assert world.closed is not None
        assert not world.state.active
        assert not world.timers
    else:
        assert world.state.status is RunStatus.WAITING
        standing = world.state.active.values()
        waiting = [active for active in standing if active.status is NodeStatus.WAITING]
        assert waiting
        assert all(world.plan.nodes[active.node].signal == "go" for active in waiting)
        # What else stands is kept back behind those who wait.
        assert {a.status for a in standing} <= {NodeStatus.WAITING, NodeStatus.HELD}


@given(documents(), st.data())
@ROUNDS
def test_replaying_the_journal_gives_the_same_state(document, data):
    world = World(plan_of(document)).begin()
    Player(data.draw, world).play(data.draw(st.integers(0, 40)))
    assert replay(world.plan, world.journal) == world.state


@given(documents(), st.data())
@ROUNDS
def test_skipped_and_done_never_both(document, data):
    world = World(plan_of(document)).begin()
    player = Player(data.draw, world)
    player.play(data.draw(st.integers(0, 15)))
    player.bring_to_rest()
    skipped = {
        (r.entry.node, r.entry.visit) for r in world.journal if r.entry.type == "node.skipped"
    }
    started = {
        (r.entry.node, r.entry.visit)
        for r in world.journal
        if r.entry.type in {"node.started", "node.succeeded", "node.failed", "node.waiting"}
    }
    assert not skipped & started


@given(documents(), st.data())
@ROUNDS
def test_a_repeated_history_changes_nothing(document, data):
    world = World(plan_of(document)).begin()
    Player(data.draw, world).play(data.draw(st.integers(0, 15)))
    if world.state.status not in CLOSED:
        return
    before = world.state
    for event in list(world.events):
        assert world.send(event).is_empty
    assert world.state is before


@given(documents(), st.data())
@ROUNDS
def test_what_a_run_reuses_it_does_not_start(document, data):
    first = World(plan_of(document)).begin()
    player = Player(data.draw, first)
    player.play(data.draw(st.integers(0, 10)))
    player.bring_to_rest()
    reusable = {
        key: first.ports[key]
        for key, status in first.rows.items()
        if status is NodeStatus.SUCCEEDED and not first.plan.nodes[key[0]].is_repeatable
    }
    again = World(first.plan).begin(reusable)
    reused = {(r.entry.node, r.entry.visit) for r in again.journal if r.entry.type == "node.reused"}
    assert not reused & set(again.startable)
    Player(data.draw, again).bring_to_rest()
