"""What a canvas needs to draw a state machine: states that lie in each other, and transitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows_app.core.builtin_machine import MACHINE_TYPES
from workflows_app.core.document_machine import Action, State, StateMachineDocument, Transition
from workflows_app.core.machine_parts import parents_of, states_of
from workflows_app.core.node_types import Catalog

ICONS = {
    "atomic": "circle",
    "compound": "box",
    "parallel": "columns-2",
    "final": "circle-dot",
    "history": "history",
}


def draw_machine(document: StateMachineDocument, catalog: Catalog) -> dict[str, Any]:
    """Return the nodes, edges and actions of `canvas_of`.

    Nodes are the states, of types such as `state.compound`, each with the id of its `parent`; their
    ports are their transitions. A transition to several targets is drawn as several edges; one
    without targets is a port only. Actions are `{"id", "type", "title", "icon", "state", "when"}`,
    where `when` is `entry`, `exit` or the id of a transition.
    """
    pairs = zip(states_of(document.states), parents_of(document.states), strict=True)
    return {
        "nodes": [_node(state, parent) for state, parent in pairs],
        "edges": [edge for state in states_of(document.states) for edge in _edges(state)],
        "actions": [
            _action(action, state, when, catalog)
            for state in states_of(document.states)
            for when, actions in _blocks(state)
            for action in actions
        ],
    }


def label_of(transition: Transition) -> str:
    """Return what is written on a transition that has no label of its own."""
    if transition.label:
        return transition.label
    if transition.done:
        trigger = "done"
    elif transition.after is not None:
        trigger = f"after {transition.after:g} s"
    else:
        trigger = transition.event or ""
    guard = f"[{transition.guard}]" if transition.guard else ""
    return " ".join(part for part in (trigger, guard) if part)[:200]


def _node(state: State, parent: State | None) -> dict[str, Any]:
    return {
        "id": state.id,
        "type": f"state.{state.type}",
        "title": state.title or state.id,
        "family": "flow",
        "icon": ICONS[state.type],
        "ports": [
            {"id": item.id, "label": label_of(item), "kind": "normal"} for item in state.transitions
        ],
        "parent": parent.id if parent is not None else None,
    }


def _blocks(state: State) -> Iterator[tuple[str, tuple[Action, ...]]]:
    yield "entry", state.entry
    yield "exit", state.exit
    for transition in state.transitions:
        yield transition.id, transition.actions


def _action(action: Action, state: State, when: str, catalog: Catalog) -> dict[str, Any]:
    spec = MACHINE_TYPES.get(action.type) or catalog.get(action.type)
    return {
        "id": action.id,
        "type": action.type,
        "title": action.title or (spec.title if spec else action.type),
        "icon": spec.icon if spec else "circle-help",
        "state": state.id,
        "when": when,
    }


def _edges(state: State) -> Iterator[dict[str, Any]]:
    for transition in state.transitions:
        for index, target in enumerate(transition.targets):
            yield {
                "id": transition.id if index == 0 else f"{transition.id}.{index}",
                "source": state.id,
                "source_port": transition.id,
                "target": target,
                "label": label_of(transition),
                "loop": False,
                "max_iterations": 1,
            }
