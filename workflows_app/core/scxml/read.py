"""From SCXML to a state machine, with a clear error for what machines here do not have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from workflows_app.core.document import NODE_ID_PATTERN
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.parse import parse_document
from workflows_app.core.scxml.actions import ActionReader
from workflows_app.core.scxml.expressions import Translator
from workflows_app.core.scxml.names import DATAMODEL, SCXML, own, tag
from workflows_app.core.scxml.unsupported import ScxmlError
from workflows_app.core.scxml.values import read_delay, read_object, read_value
from workflows_app.core.scxml.xml import parse_xml
from workflows_app.core.statechart.chart import done_event

DATAMODELS = frozenset({DATAMODEL, "null", "python", "ecmascript"})
_STATES = {tag("state"): "state", tag("parallel"): "parallel", tag("final"): "final"}
_HISTORY = tag("history")


def read_scxml(text: str) -> StateMachineDocument:
    """Return the machine that an SCXML file describes. It may still have problems; validate it.

    Raises:
        ScxmlError: The file is no SCXML, or uses what machines here do not have.
        InvalidDocument: Some value in it is not what a machine takes.
    """
    root = parse_xml(text)
    if root.tag != tag("scxml"):
        raise ScxmlError("This is no SCXML file.", f"Its root is <scxml xmlns=“{SCXML}”>.")
    machine = parse_document(_Reader(root).document())
    if not isinstance(machine, StateMachineDocument):
        raise ScxmlError("This is no state machine.", "Import it as what it is.")
    return machine


class _Reader:
    """Reads one file."""

    def __init__(self, root: Element) -> None:
        self._root = root
        datamodel = root.get("datamodel", "null")
        if datamodel not in DATAMODELS:
            raise ScxmlError(
                f"The data model “{datamodel}” is not known here.",
                f"Known are: {', '.join(sorted(DATAMODELS))}.",
            )
        self._variables = [str(data.get("id")) for data in root.iter(tag("data"))]
        self._translator = Translator(datamodel, self._variables)
        self._taken = {str(element.get("id")) for element in root.iter() if element.get("id")}
        self._taken |= {str(e.get(own("id"))) for e in root.iter() if e.get(own("id"))}
        self._delays = _delays(root)
        self._actions = ActionReader(self._translator, self.new_id, self._delays)

    def document(self) -> dict[str, Any]:
        """The machine as JSON."""
        _refuse_others(self._root, {*_STATES, _HISTORY, tag("datamodel"), own("document")})
        rest = self._root.find(own("document"))
        found: dict[str, Any] = {
            **(read_object(rest.text or "{}") if rest is not None else {}),
            "kind": "state_machine",
            "states": [self._state(child) for child in _states(self._root)],
            "data": {
                str(data.get("id")): read_value(data, "expr", self._translator)
                for data in self._root.iter(tag("data"))
            },
        }
        found["initial"] = self._initial(self._root, found["states"])
        return found

    def new_id(self, prefix: str) -> str:
        """An id that nothing has yet."""
        number = 1
        while f"{prefix}{number}" in self._taken:
            number += 1
        self._taken.add(f"{prefix}{number}")
        return f"{prefix}{number}"

    def _initial(self, element: Element, children: list[dict[str, Any]]) -> str | None:
        """The attribute, the element, or the first child."""
        given = element.get("initial")
        inner = element.find(tag("initial"))
        if inner is not None:
            transition = inner.find(tag("transition"))
            given = transition.get("target") if transition is not None else None
            if transition is not None and len(transition):
                raise ScxmlError("An initial transition has actions.", "Do them on entry.")
        if given is None:
            return next((c["id"] for c in children if c["type"] != "history"), None)
        targets = given.split()
        if len(targets) != 1:
            raise ScxmlError(
                f"The initial state is given as “{given}”.", "Name one state, and let it lead on."
            )
        return targets[0]

    def _state(self, element: Element) -> dict[str, Any]:
        state_id = self._id(element)
        made: dict[str, Any] = {"id": state_id, "title": element.get(own("title"), "")}
        if element.tag == _HISTORY:
            return {**made, **self._history(element)}
        children = [self._state(child) for child in _states(element)]
        kind = _STATES[element.tag]
        if kind == "state":
            kind = "compound" if any(c["type"] != "history" for c in children) else "atomic"
        _refuse_others(
            element,
            {
                *_STATES,
                _HISTORY,
                *(tag(name) for name in ("onentry", "onexit", "transition", "initial", "donedata")),
                tag("datamodel"),
            },
        )
        made |= {
            "type": kind,
            "children": children,
            "entry": self._block(element, "onentry"),
            "exit": self._block(element, "onexit"),
            "transitions": [
                made
                for item in element.findall(tag("transition"))
                for made in self._transitions(state_id, item)
            ],
        }
        if kind == "compound":
            made["initial"] = self._initial(element, children)
        done = element.find(tag("donedata"))
        if done is not None:
            made["output"] = self._actions.carried(done)
        return made

    def _id(self, element: Element) -> str:
        given = element.get("id")
        if given is None:
            return self.new_id("state")
        if not re.match(NODE_ID_PATTERN, given):
            raise ScxmlError(
                f"The id “{given}” of a state is no name.",
                "Use a letter, then at most 63 letters, digits and underscores.",
            )
        return given

    def _history(self, element: Element) -> dict[str, Any]:
        transition = element.find(tag("transition"))
        if transition is not None and len(transition):
            raise ScxmlError("A history's default transition has actions.", "Do them on entry.")
        targets = (transition.get("target") or "") if transition is not None else ""
        return {
            "type": "history",
            "depth": element.get("type", "shallow"),
            "default": targets.split(),
        }

    def _block(self, element: Element, name: str) -> list[dict[str, Any]]:
        """All handlers of a state as one; an error in one of them ends the ones behind it, too."""
        blocks = element.findall(tag(name))
        return [action for block in blocks for action in self._actions.read(block)]

    def _transitions(self, state_id: str, element: Element) -> Iterator[dict[str, Any]]:
        """One for each event descriptor of the element."""
        given = element.get("event")
        for number, event in enumerate(given.split() if given else [None]):
            transition_id = element.get(own("id")) if number == 0 else None
            made: dict[str, Any] = {
                "id": transition_id or self.new_id("t"),
                "targets": (element.get("target") or "").split(),
                "internal": element.get("type") == "internal",
                "label": element.get(own("label"), ""),
                "actions": self._actions.read(element),
            }
            condition = element.get("cond")
            if condition is not None:
                made["guard"] = self._translator.condition(condition)
            yield {**made, **self._trigger(state_id, event)}

    def _trigger(self, state_id: str, event: str | None) -> dict[str, Any]:
        if event is None:
            return {}
        if event == done_event(state_id):
            return {"done": True}
        if event in self._delays:
            return {"after": self._delays[event]}
        if event.split(".")[0] == "error":
            return {"event": "error"}
        return {"event": "*" if event == ".*" else event}


def _delays(root: Element) -> dict[str, float]:
    """Seconds of the delays of transitions, which `write_scxml` writes as sent events."""
    return {
        str(send.get("event")): read_delay(send)
        for send in root.iter(tag("send"))
        if str(send.get("event")).startswith("after.") and send.get("id") == send.get("event")
    }


def _states(element: Element) -> Iterable[Element]:
    return (child for child in element if child.tag in _STATES or child.tag == _HISTORY)


def _refuse_others(element: Element, known: set[str]) -> None:
    for child in element:
        if child.tag not in known:
            name = child.tag.rpartition("}")[2]
            raise ScxmlError(f"There is no <{name}> here.", "Remove it, or draw it in other words.")
