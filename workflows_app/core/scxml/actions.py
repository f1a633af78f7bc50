"""Executable content of SCXML as actions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from xml.etree.ElementTree import Element

from workflows_app.core.scxml.expressions import Translator
from workflows_app.core.scxml.names import own, tag
from workflows_app.core.scxml.unsupported import ScxmlError
from workflows_app.core.scxml.values import read_delay, read_object, read_value

_PROCESSORS = frozenset({"", "scxml", "http://www.w3.org/TR/scxml/#SCXMLEventProcessor"})


class ActionReader:
    """Reads the executable content of one file."""

    def __init__(
        self, translator: Translator, new_id: Callable[[str], str], delays: Collection[str]
    ) -> None:
        self._translator = translator
        self._new_id = new_id
        self._delays = delays

    def read(self, block: Element) -> list[dict[str, Any]]:
        """The actions within an element."""
        return [action for child in block if (action := self._action(child)) is not None]

    def carried(self, element: Element) -> Any:
        """What an event carries: the content, or an object of the parameters; null for neither."""
        content = element.find(tag("content"))
        if content is not None:
            return read_value(content, "expr", self._translator)
        carried = {
            str(param.get("name")): read_value(
                param, "location" if param.get("location") else "expr", self._translator
            )
            for param in element.findall(tag("param"))
        }
        names = (element.get("namelist") or "").split()
        carried |= {name: self._translator.value(name) for name in names}
        return carried or None

    def _action(self, element: Element) -> dict[str, Any] | None:
        name = element.tag.rpartition("}")[2]
        if element.tag == own("action"):
            return read_object(element.text or "{}")
        match name:
            case "raise":
                return self._made(element, "raise", event=element.get("event", ""))
            case "send":
                return None if element.get("id") in self._delays else self._send(element)
            case "cancel" if element.get("sendid") in self._delays:
                return None
            case "cancel" if element.get("sendid"):
                return self._made(element, "cancel", send=element.get("sendid"))
            case "log":
                source = element.get("expr")
                text = self._translator.value(source) if source else ""
                return self._made(element, "log", message=text or element.get("label", ""))
            case "assign":
                return self._assign(element)
        raise ScxmlError(
            f"There is no <{name}> here.", "Do it in a task, or with states and transitions."
        )

    def _send(self, element: Element) -> dict[str, Any]:
        target = element.get("target", "")
        if element.get("type", "") not in _PROCESSORS or target not in {"", "#_internal"}:
            raise ScxmlError("An event is sent to somebody else.", "Use an HTTP action, or a task.")
        for name in ("eventexpr", "targetexpr", "typeexpr", "idlocation"):
            if element.get(name) is not None:
                raise ScxmlError(f"<send> has the attribute “{name}”.", "Write a plain value.")
        config: dict[str, Any] = {"event": element.get("event", "")}
        if len(element) or element.get("namelist"):
            config["data"] = self.carried(element)
        if target == "#_internal":
            return self._made(element, "raise", **config)
        if element.get("delay") is not None or element.get("delayexpr") is not None:
            config["delay_seconds"] = read_delay(element)
        return self._made(element, "send", **config)

    def _assign(self, element: Element) -> dict[str, Any]:
        name = element.get("location", "")
        if not name.isidentifier():
            raise ScxmlError(f"“{name}” is no variable to assign to.", "Name one of <datamodel>.")
        value = read_value(element, "expr", self._translator)
        return self._made(element, "assign", data={name: value})

    def _made(self, element: Element, type_: str, **config: Any) -> dict[str, Any]:
        given = element.get("id") if type_ in {"send", "raise"} else None
        action_id = element.get(own("id")) or given or self._new_id(f"{type_}_")
        return {"id": action_id, "type": type_, "config": config}
