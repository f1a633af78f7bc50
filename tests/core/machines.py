"""Small factories for state machines, as JSON."""

from __future__ import annotations

from typing import Any


def on(event: str | None, *targets: str, **fields: Any) -> dict[str, Any]:
    """A transition. Its id, unless given, tells where it leads."""
    name = (event or "always").replace(".", "_").replace("*", "any")
    return {
        "id": "_".join(("t", name, *targets)),
        **({"event": event} if event else {}),
        "targets": list(targets),
        **fields,
    }


def state(state_id: str, *transitions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A state; ids of its transitions are made unique with its own."""
    made = [{**item, "id": f"{state_id}_{item['id']}"} for item in transitions]
    kind = "compound" if fields.get("children") and "type" not in fields else "atomic"
    return {"id": state_id, "type": kind, "transitions": made, **fields}


def compound(state_id: str, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A compound state that starts in its first child, with transitions given by `out`."""
    out = fields.pop("out", ())
    fields.setdefault("initial", children[0]["id"])
    return state(state_id, *out, children=list(children), type="compound", **fields)


def parallel(state_id: str, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A parallel state, with transitions given by `out`."""
    out = fields.pop("out", ())
    return state(state_id, *out, children=list(children), type="parallel", **fields)


def final(state_id: str, **fields: Any) -> dict[str, Any]:
    """A final state."""
    return {"id": state_id, "type": "final", **fields}


def history(state_id: str, *default: str, depth: str = "shallow") -> dict[str, Any]:
    """A history state with where it leads by default."""
    return {"id": state_id, "type": "history", "depth": depth, "default": list(default)}


def act(action_id: str, type_: str = "task:any", **config: Any) -> dict[str, Any]:
    """An action."""
    return {"id": action_id, "type": type_, "config": config}


def machine(*states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A machine that starts in its first state."""
    initial = states[0]["id"] if states else None
    return {"kind": "state_machine", "initial": initial, "states": list(states), **fields}


ORDER: dict[str, Any] = machine(
    state("pending", on("approve", "approved"), on("cancel", "cancelled")),
    compound(
        "approved",
        state("packing", on("packed", "ready"), entry=[act("reserve", order="${ input.order }")]),
        state("ready"),
        out=(
            on("ship", "shipped", guard="${ data.weight <= 30 }"),
            on("cancel", "cancelled"),
            {"id": "remind", "after": 3600, "actions": [act("reminder", "log", message="Late")]},
        ),
    ),
    state("shipped", on("deliver", "delivered")),
    final("delivered", output="${ nodes.reserve }"),
    final("cancelled"),
    input_schema={"type": "object", "properties": {"order": {"type": "string"}}},
    data={"weight": "${ input.weight }"},
    layout={"nodes": {"pending": {"x": 0, "y": 0, "width": 160, "height": 80}}},
)
"""An order: pending, approved, shipped, delivered or cancelled."""
