"""States, events and reports as compact JSON, and back.

`state_from_json(state_to_json(s)) == s`, and the same for every event. Keys are short because the
state is written with every step; what is empty is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, Final

from workflows_app.core import events
from workflows_app.core.events import Choice, ErrorInfo, Event, TimerKind
from workflows_app.core.loops import LoopExits
from workflows_app.core.state import (
    ActiveNode,
    JoinRound,
    NodeStatus,
    RunState,
    RunStatus,
    VisitKey,
)
from workflows_app.store.machine_codec import machine_from_json, machine_to_json

Json = Any


class Absent:
    """The type of `ABSENT`: no value, where None is one."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class ProgressTold:
    """A running task told how far it is. Changes no state."""

    node: str
    visit: int
    attempt: int
    at: float
    done: float
    total: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """An event with what the shell knows beside it."""

    event: Event | ProgressTold
    worker: str = ""
    """Who ran the node that the event speaks of; empty where no worker did."""
    input: Json | Absent = ABSENT
    """The node's resolved config."""
    output: Json | Absent = ABSENT
    """The node's output. Absent: it is stored already, or there is none."""
    facts: Mapping[str, Json] = field(default_factory=dict)
    """For whom or what a node waits: {kind, for, human_task_id, until}; or {usage} of a model, and
    {ask} where a worker's node wants people to be asked."""


# States


def state_to_json(state: RunState) -> dict[str, Json]:
    """The state as a JSON object."""
    told: dict[str, Json] = {
        "s": state.status,
        "a": [_active_to_json(active) for active in state.active.values()],
        "j": {
            node: [[r.live, r.dead, int(r.is_fired)] for r in rounds]
            for node, rounds in state.joins.items()
        },
        "v": state.visits,
        "i": {str(edge): count for edge, count in state.iterations.items()},
        "l": state.passed,
        "w": state.exits.withheld,
        "x": state.exits.taken,
        "g": state.signals,
        "c": state.consumed_signals,
        "e": state.ends,
        "r": [[*key, ports] for key, ports in state.reusable.items()],
        "m": machine_to_json(state.machine),
        "f": state.failure,
        "u": state.undoable,
        "p": int(state.is_past_pivot),
        "o": state.undo_outcome,
    }
    return {key: value for key, value in told.items() if value}


def state_from_json(told: Mapping[str, Json]) -> RunState:
    """The state that `state_to_json` told."""
    actives = [_active_from_json(*active) for active in told.get("a", ())]
    return RunState(
        status=RunStatus(told["s"]) if "s" in told else None,
        active={(active.node, active.visit): active for active in actives},
        joins={
            node: tuple(JoinRound(tuple(live), tuple(dead), bool(f)) for live, dead, f in rounds)
            for node, rounds in told.get("j", {}).items()
        },
        visits=told.get("v", {}),
        iterations={int(edge): count for edge, count in told.get("i", {}).items()},
        passed=tuple(told.get("l", ())),
        exits=LoopExits(
            withheld=tuple((loop, edge) for loop, edge in told.get("w", ())),
            taken=tuple(told.get("x", ())),
        ),
        signals=tuple((name, signal_id) for name, signal_id in told.get("g", ())),
        consumed_signals=tuple(told.get("c", ())),
        ends=tuple((node, visit) for node, visit in told.get("e", ())),
        reusable={(node, visit): tuple(ports) for node, visit, ports in told.get("r", ())},
        machine=machine_from_json(told.get("m", {})),
        failure=_key(told["f"]) if "f" in told else None,
        undoable=tuple((node, visit) for node, visit in told.get("u", ())),
        is_past_pivot=bool(told.get("p")),
        undo_outcome=RunStatus(told["o"]) if "o" in told else None,
    )


def _active_to_json(active: ActiveNode) -> list[Json]:
    always = [active.node, active.visit, active.attempt, active.status, active.crashes]
    rarely = [active.pardoned, int(active.is_uncertain)]
    return always + (rarely if any(rarely) else [])


@lru_cache(maxsize=20_000)
def _active_from_json(
    node: str,
    visit: int,
    attempt: int,
    status: str,
    crashes: int,
    pardoned: int = 0,
    is_uncertain: int = 0,
) -> ActiveNode:
    return ActiveNode(
        node, visit, attempt, NodeStatus(status), crashes, pardoned, bool(is_uncertain)
    )


def _key(told: Json) -> VisitKey:
    node, visit = told
    return node, visit


# Events


def event_to_json(event: Event | ProgressTold) -> dict[str, Json]:
    """The event as a JSON object with its type under `t`."""
    told: dict[str, Json] = {"t": type(event).__name__}
    for part in fields(event):
        told[part.name] = _plain(getattr(event, part.name))
    return told


def event_from_json(told: Mapping[str, Json]) -> Event | ProgressTold:
    """The event that `event_to_json` told."""
    values = {name: value for name, value in told.items() if name != "t"}
    if "error" in values:
        values["error"] = ErrorInfo(**values["error"])
    if "ports" in values:
        values["ports"] = tuple(values["ports"])
    if "kind" in values:
        values["kind"] = TimerKind(values["kind"])
    if "choice" in values:
        values["choice"] = Choice(values["choice"])
    if "reusable" in values:
        values["reusable"] = {(n, v): tuple(ports) for n, v, ports in values["reusable"]}
    return _EVENTS[told["t"]](**values)


def _plain(value: object) -> Json:
    if isinstance(value, ErrorInfo):
        return {name: getattr(value, name) for name in ErrorInfo.__slots__}
    if isinstance(value, Mapping):
        return [[*key, list(ports)] for key, ports in value.items()]
    if isinstance(value, tuple):
        return list(value)
    return value


_EVENTS: Mapping[str, Callable[..., Event | ProgressTold]] = {
    kind.__name__: kind
    for kind in (
        events.RunStarted,
        events.NodeStarted,
        events.NodeWaiting,
        events.NodeResumed,
        events.NodeCompleted,
        events.NodeFailed,
        events.WorkerLost,
        events.AttentionResolved,
        events.TimerFired,
        events.SignalReceived,
        events.CancelRequested,
        events.PauseRequested,
        events.ResumeRequested,
        ProgressTold,
    )
}


# Reports


def report_to_json(report: Report) -> dict[str, Json]:
    """The report as a JSON object, without its output: that is stored in the node run."""
    told: dict[str, Json] = {"e": event_to_json(report.event)}
    if report.worker:
        told["w"] = report.worker
    if not isinstance(report.input, Absent):
        told["i"] = report.input
    if report.facts:
        told["f"] = dict(report.facts)
    return told


def report_from_json(told: Mapping[str, Json]) -> Report:
    """The report that `report_to_json` told."""
    return Report(
        event_from_json(told["e"]),
        worker=told.get("w", ""),
        input=told.get("i", ABSENT),
        facts=told.get("f", {}),
    )
