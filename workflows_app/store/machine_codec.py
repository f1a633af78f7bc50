"""What a machine remembers as compact JSON, and back: a part of the run's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows_app.core.statechart.state import (
    AgendaItem,
    Doing,
    MachineEvent,
    MachineState,
    Question,
)

Json = Any


def machine_to_json(machine: MachineState) -> dict[str, Json]:
    """The machine's state as a JSON object; empty where there is nothing to remember."""
    question = machine.question
    told: dict[str, Json] = {
        "a": [[item.doing, item.id, item.via] for item in machine.agenda],
        "i": [_event_to_json(event) for event in machine.internal],
        "x": [_event_to_json(event) for event in machine.external],
        "e": None if machine.event is None else _event_to_json(machine.event),
        "q": None if question is None else [int(question.is_for_event), question.transitions],
        "s": int(machine.is_stable),
        "d": int(machine.is_done),
        "h": machine.history,
        "v": machine.data,
        "t": machine.delays,
        "b": machine.block,
        "n": machine.steps,
    }
    return {key: value for key, value in told.items() if value}


def machine_from_json(told: Mapping[str, Json]) -> MachineState:
    """The state that `machine_to_json` told."""
    return MachineState(
        agenda=tuple(AgendaItem(Doing(doing), id_, via) for doing, id_, via in told.get("a", ())),
        internal=tuple(MachineEvent(*event) for event in told.get("i", ())),
        external=tuple(MachineEvent(*event) for event in told.get("x", ())),
        event=MachineEvent(*told["e"]) if "e" in told else None,
        question=_question(told["q"]) if "q" in told else None,
        is_stable=bool(told.get("s")),
        is_done=bool(told.get("d")),
        history={state: tuple(inner) for state, inner in told.get("h", {}).items()},
        data={name: (node, visit) for name, (node, visit) in told.get("v", {}).items()},
        delays=tuple((timer, visit) for timer, visit in told.get("t", ())),
        block=told.get("b", ""),
        steps=told.get("n", 0),
    )


def _event_to_json(event: MachineEvent) -> list[Json]:
    return [event.name, event.signal_id, event.node, event.visit]


def _question(told: Json) -> Question:
    is_for_event, transitions = told
    return Question(bool(is_for_event), tuple(transitions))
