"""Random machines without actions and guards, valid as SCXML defines it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

EVENTS = ("e", "f", "g")


@st.composite
def charts(draw: Any) -> dict[str, Any]:
    """A machine of up to about twenty states, nested three deep, in which anything may happen."""
    builder = _Builder(draw)
    states = builder.states(depth=0, count=draw(st.integers(2, 4)))
    if draw(st.booleans()):
        states.append({"id": builder.name("end"), "type": "final"})
    builder.connect(states)
    initial = draw(st.sampled_from([s["id"] for s in states if s["type"] != "history"]))
    return {"kind": "state_machine", "initial": initial, "states": states}


class _Builder:
    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self._count = 0

    def name(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def states(self, depth: int, count: int) -> list[dict[str, Any]]:
        return [self._state(depth) for _ in range(count)]

    def _state(self, depth: int) -> dict[str, Any]:
        kinds = ["atomic", "atomic", "compound", "parallel"] if depth < 2 else ["atomic"]
        kind = self._draw(st.sampled_from(kinds))
        made: dict[str, Any] = {"id": self.name(kind[0]), "type": kind, "transitions": []}
        if kind == "atomic":
            return made
        made["children"] = self.states(depth + 1, self._draw(st.integers(1, 3)))
        ids = [child["id"] for child in made["children"]]
        if kind == "compound":
            made["initial"] = self._draw(st.sampled_from(ids))
            if self._draw(st.booleans()):
                made["children"].append({"id": self.name("z"), "type": "final"})
        if self._draw(st.integers(0, 3)) == 0:
            depth_of = self._draw(st.sampled_from(["shallow", "deep"]))
            default = [ids[0]] if kind == "compound" else ids
            made["children"].append(
                {"id": self.name("h"), "type": "history", "depth": depth_of, "default": default}
            )
        return made

    def connect(self, states: list[dict[str, Any]]) -> None:
        """Draw transitions between any two of the states."""
        every = list(_every(states))
        targets = [state["id"] for state in every]
        for state in every:
            if state["type"] in {"final", "history"}:
                continue
            for _ in range(self._draw(st.integers(0, 3))):
                state["transitions"].append(self._transition(state, targets))

    def _transition(self, state: dict[str, Any], targets: list[str]) -> dict[str, Any]:
        made: dict[str, Any] = {"id": self.name("t")}
        if state["type"] in {"compound", "parallel"} and self._draw(st.integers(0, 4)) == 0:
            made["done"] = True
        elif self._draw(st.integers(0, 14)) > 0:
            made["event"] = self._draw(st.sampled_from([*EVENTS, *EVENTS, "*"]))
        made["targets"] = [self._draw(st.sampled_from(targets))]
        inside = {child["id"] for child in _every(state.get("children", []))}
        if made["targets"][0] in inside:
            # Elsewhere it would be the same as an external one, which the oracle refuses.
            made["internal"] = self._draw(st.booleans())
        return made


def _every(states: list[dict[str, Any]]) -> Any:
    for state in states:
        yield state
        yield from _every(state.get("children", []))
