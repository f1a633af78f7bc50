"""Example sagas, and small factories for others, as JSON."""

from __future__ import annotations

from typing import Any

ORDER: dict[str, Any] = {
    "format": 1,
    "kind": "saga",
    "mode": "compensation",
    "input_schema": {"type": "object", "properties": {"order": {"type": "string"}}},
    "steps": [
        {
            "step": "compensatable",
            "id": "reserve",
            "title": "Reserve the goods",
            "action": {"type": "task:any", "config": {"order": "${ input.order }"}},
            "compensation": {
                "type": "task:any",
                "config": {"reservation": "${ nodes.reserve.id }"},
                "retry": {"max_attempts": 5},
                "timeout_seconds": 30,
            },
        },
        {
            "step": "parallel",
            "id": "prepare",
            "title": "Prepare",
            "steps": [
                {
                    "id": "charge",
                    "action": {"type": "task:any", "retry": {"max_attempts": 2}},
                    "compensation": {
                        "type": "task:any",
                        "config": {"receipt": "${ nodes.charge }", "of": "${ nodes.reserve }"},
                    },
                },
                {"id": "label", "action": {"type": "task:any"}, "compensation": None},
            ],
        },
        {"step": "pivot", "id": "ship", "action": {"type": "task:any", "timeout_seconds": 60}},
        {"step": "retriable", "id": "tell", "action": {"type": "task:any"}},
    ],
    "output": {"parcel": "${ nodes.ship }"},
    "settings": {"timeout_seconds": 600},
}
"""Mode `compensation`, with everything that it can hold."""

TRIP: dict[str, Any] = {
    "format": 1,
    "kind": "saga",
    "mode": "tcc",
    "reservation_seconds": 120,
    "participants": [
        {
            "id": name,
            "title": title,
            "try_action": {"type": "task:any", "config": {"day": "${ input.day }"}},
            "confirm_action": {"type": "task:any", "config": {"held": f"${{ nodes.{name}.id }}"}},
            "cancel_action": {"type": "task:any", "config": {"held": f"${{ nodes.{name} }}"}},
        }
        for name, title in (("flight", "Flight"), ("hotel", "Hotel"))
    ],
}
"""Mode `tcc`."""


def saga(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A saga in mode `compensation`."""
    return {"kind": "saga", "steps": list(steps), **fields}


def undoable(step_id: str, action: str = "task:any", **fields: Any) -> dict[str, Any]:
    """A compensatable step with its compensation; `undo` holds fields of the compensation."""
    undo = {"type": "task:any", **fields.pop("undo", {})}
    return {"id": step_id, "action": {"type": action, **fields}, "compensation": undo}


def plain(step_id: str, sort: str = "compensatable", **fields: Any) -> dict[str, Any]:
    """A step without a compensation: of any sort."""
    return {"step": sort, "id": step_id, "action": {"type": "task:any", **fields}}


def together(group_id: str, *steps: dict[str, Any]) -> dict[str, Any]:
    """A parallel group."""
    return {"step": "parallel", "id": group_id, "steps": list(steps)}


def tcc(*ids: str, **fields: Any) -> dict[str, Any]:
    """A saga in mode `tcc`."""
    actions = ("try_action", "confirm_action", "cancel_action")
    participants = [{"id": i, **{name: {"type": "task:any"} for name in actions}} for i in ids]
    return {"kind": "saga", "mode": "tcc", "participants": participants, **fields}
