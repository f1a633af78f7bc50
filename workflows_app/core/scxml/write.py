"""From a state machine to SCXML. What SCXML has no words for stands in a namespace of our own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from workflows_app.core.canonical import canonical_json
from workflows_app.core.document_machine import Action, State, StateMachineDocument, Transition
from workflows_app.core.expressions import references, single_expression
from workflows_app.core.scxml.names import DATAMODEL, FLOWDECK, SCXML, own, tag
from workflows_app.core.statechart.chart import done_event, timeout_event

_WRITTEN = {"format", "kind", "initial", "states", "data"}
_ELEMENTS = {"parallel": "parallel", "final": "final", "history": "history"}


def write_scxml(document: StateMachineDocument) -> str:
    """Return the machine as SCXML text, which `read_scxml` reads back to the same machine.

    Delays become sent events that are cancelled when their state is left, as SCXML has it.
    """
    register_namespace("", SCXML)
    register_namespace("fd", FLOWDECK)
    root = Element(tag("scxml"), {"version": "1.0", "datamodel": DATAMODEL})
    if document.initial is not None:
        root.set("initial", document.initial)
    rest = document.model_dump(mode="json", exclude_defaults=True, exclude=_WRITTEN)
    if rest:
        SubElement(root, own("document")).text = canonical_json(rest)
    if document.data:
        model = SubElement(root, tag("datamodel"))
        for name, value in document.data.items():
            _set_value(SubElement(model, tag("data"), {"id": name}), "expr", value)
    for state in document.states:
        _write_state(root, state)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _write_state(parent: Element, state: State) -> None:
    element = SubElement(parent, tag(_ELEMENTS.get(state.type, "state")), {"id": state.id})
    if state.title:
        element.set(own("title"), state.title)
    if state.type == "history":
        element.set("type", state.depth)
        SubElement(element, tag("transition"), {"target": " ".join(state.default)})
        return
    if state.initial is not None:
        element.set("initial", state.initial)
    delayed = [item for item in state.transitions if item.after is not None]
    _write_block(element, "onentry", state.entry)
    for transition in delayed:
        send = SubElement(SubElement(element, tag("onentry")), tag("send"))
        send.set("event", timeout_event(transition.id))
        send.set("id", timeout_event(transition.id))
        send.set("delay", f"{transition.after:g}s")
    _write_block(element, "onexit", state.exit)
    for transition in delayed:
        cancel = SubElement(SubElement(element, tag("onexit")), tag("cancel"))
        cancel.set("sendid", timeout_event(transition.id))
    for transition in state.transitions:
        _write_transition(element, state, transition)
    if state.output is not None:
        _set_value(
            SubElement(SubElement(element, tag("donedata")), tag("content")), "expr", state.output
        )
    for child in state.children:
        _write_state(element, child)


def _write_transition(parent: Element, state: State, transition: Transition) -> None:
    element = SubElement(parent, tag("transition"), {own("id"): transition.id})
    if transition.done:
        element.set("event", done_event(state.id))
    elif transition.after is not None:
        element.set("event", timeout_event(transition.id))
    elif transition.event is not None:
        element.set("event", transition.event)
    if transition.guard is not None:
        element.set("cond", _plain_source(transition.guard) or transition.guard)
    if transition.targets:
        element.set("target", " ".join(transition.targets))
    if transition.internal:
        element.set("type", "internal")
    if transition.label:
        element.set(own("label"), transition.label)
    _write_actions(element, transition.actions)


def _write_block(parent: Element, name: str, actions: Iterable[Action]) -> None:
    found = tuple(actions)
    if found:
        _write_actions(SubElement(parent, tag(name)), found)


def _write_actions(parent: Element, actions: Iterable[Action]) -> None:
    for action in actions:
        told = action.model_dump(mode="json", exclude_defaults=True)
        is_plain = set(told) <= {"id", "type", "config"}
        if not (is_plain and _write_plain(parent, action)):
            SubElement(parent, own("action")).text = canonical_json(told)


def _write_plain(parent: Element, action: Action) -> bool:
    """Write an action in SCXML's own words; False where it has none."""
    config = action.config
    known = {own("id"): action.id}
    match action.type:
        case "raise" if set(config) == {"event"}:
            SubElement(parent, tag("raise"), {"event": str(config["event"]), **known})
        case "send" if set(config) <= {"event", "data", "delay_seconds"} and "event" in config:
            attributes = {"event": str(config["event"]), "id": action.id}
            element = SubElement(parent, tag("send"), attributes)
            if "delay_seconds" in config:
                element.set("delay", f"{config['delay_seconds']}s")
            if "data" in config:
                _set_value(SubElement(element, tag("content")), "expr", config["data"])
        case "cancel" if "send" in config:
            SubElement(parent, tag("cancel"), {"sendid": str(config["send"]), **known})
        case "assign":
            return _write_assign(parent, config.get("data"), known)
        case _:
            return False
    return True


def _write_assign(parent: Element, data: object, known: dict[str, str]) -> bool:
    if not isinstance(data, dict) or len(data) != 1:
        return False
    [(name, value)] = data.items()
    element = SubElement(parent, tag("assign"), {"location": name, **known})
    _set_value(element, "expr", value)
    return True


def _plain_source(value: object) -> str | None:
    """The expression, where the value is one and written the way that it is read back."""
    source = (single_expression(value) or "").strip()
    return source if source and value == f"${{ {source} }}" else None


def _set_value(element: Element, name: str, value: object) -> None:
    """An expression where the value is one or holds none, else JSON with `${ }` in it."""
    source = _plain_source(value)
    if source is not None:
        element.set(name, source)
    elif "${" in canonical_json(value) or references(value):
        element.set(own("value"), canonical_json(value))
    else:
        element.set(name, json.dumps(value, ensure_ascii=False))
