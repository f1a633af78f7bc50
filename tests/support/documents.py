"""Documents for tests of the rooms above the core, with nodes that need no worker."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def node(node_id: str, type_: str, config: Json | None = None, **rest: Any) -> Json:
    return {"id": node_id, "type": type_, "config": config or {}, **rest}


def edge(source: str, target: str, port: str = "out", **rest: Any) -> Json:
    return {
        "id": f"{source}-{port}-{target}",
        "source": source,
        "source_port": port,
        "target": target,
        **rest,
    }


def graph(nodes: list[Json], edges: list[Json], **rest: Any) -> Json:
    return {"format": 1, "kind": "graph", "nodes": nodes, "edges": edges, **rest}


INPUT_SCHEMA: Json = {
    "type": "object",
    "required": ["amount"],
    "properties": {"amount": {"type": "number", "minimum": 0}, "who": {"type": "string"}},
    "additionalProperties": False,
}


def straight() -> Json:
    """start -> double -> end: over at once."""
    return graph(
        [
            node("start", "start", {"input_schema": INPUT_SCHEMA}),
            node("double", "transform", {"output": {"twice": "${ double(input.amount) * 2.0 }"}}),
            node("end", "end", {"output": "${ nodes.double.twice }"}),
        ],
        [edge("start", "double"), edge("double", "end")],
    )


def approval(**human: Any) -> Json:
    """start -> approve -> end or refused; `human` changes the human node's config."""
    config = {
        "heading": "Spend ${ string(input.amount) }",
        "instructions": "Look at the amount.",
        "data": {"Amount": "${ input.amount }"},
        "assignees": {"users": [], "groups": []},
        "outcomes": [
            {"id": "approved", "label": "Approve", "style": "approve", "comment_required": False},
            {"id": "rejected", "label": "Reject", "style": "reject", "comment_required": True},
        ],
        **human,
    }
    return graph(
        [
            node("start", "start", {"input_schema": INPUT_SCHEMA}),
            node("approve", "human", config, title="Manager's approval"),
            node("end", "end", {"output": "${ nodes.approve.outcome }"}),
            node("refused", "end", {"outcome": "failed", "message": "Refused"}),
        ],
        [
            edge("start", "approve"),
            edge("approve", "end", "approved"),
            edge("approve", "refused", "rejected"),
        ],
    )


def pipeline() -> Json:
    """Two steps and a choice."""
    return {
        "kind": "pipeline",
        "input_schema": INPUT_SCHEMA,
        "steps": [
            {"id": "double", "type": "transform", "config": {"output": "${ input.amount * 2.0 }"}},
            {
                "step": "conditional",
                "id": "choice",
                "condition": "${ nodes.double > 10.0 }",
                "then": [{"id": "large", "type": "transform", "config": {"output": "large"}}],
                "otherwise": [{"id": "small", "type": "transform", "config": {"output": "small"}}],
            },
        ],
    }


def waiting_for_signal(name: str = "paid") -> Json:
    """start -> wait -> end."""
    return graph(
        [
            node("start", "start", {"input_schema": {"type": "object"}}),
            node("wait", "wait", {"mode": "signal", "signal": name}),
            node("end", "end", {"output": "${ nodes.wait }"}),
        ],
        [edge("start", "wait"), edge("wait", "end")],
    )


def bulk() -> Json:
    """An HTTP request for each entry of a list; every setting is there."""
    return {
        "format": 1,
        "kind": "bulk",
        "input_schema": INPUT_SCHEMA,
        "vars": {"factor": 2},
        "items": "${ [input.amount, vars.factor] }",
        "processor": {
            "type": "http",
            "mode": "item",
            "config": {"url": "https://shop.example/${ item }", "query": {"no": "${ index }"}},
            "retry": {"max_attempts": 3, "on": ["HttpServerError"]},
            "timeout_seconds": 10,
        },
        "batch_size": 10,
        "max_concurrency": 2,
        "failure_threshold": {"percent": 10},
        "circuit_breaker": {"failures": 3, "open_seconds": 5},
        "result": {
            "mode": "reduce",
            "initial": 0,
            "combine": "${ accumulator + output.status + index }",
        },
    }
