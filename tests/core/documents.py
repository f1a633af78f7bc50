"""Small factories for documents, as JSON."""

from __future__ import annotations

from typing import Any

NODE_FIELDS = frozenset({"title", "join", "timeout_seconds", "on_error", "retry"})


def node(node_id: str, node_type: str = "task:any", **fields: Any) -> dict[str, Any]:
    """A node; what is no field of a node goes into its config."""
    own = {name: value for name, value in fields.items() if name in NODE_FIELDS}
    config = {name: value for name, value in fields.items() if name not in NODE_FIELDS}
    return {"id": node_id, "type": node_type, "config": config, **own}


def edge(source: str, target: str, **fields: Any) -> dict[str, Any]:
    """An edge; `source` may be written as `node.port`."""
    source_id, _, port = source.partition(".")
    port = port or "out"
    return {
        "id": f"{source_id}.{port}-{target}",
        "source": source_id,
        "source_port": port,
        "target": target,
        **fields,
    }


def graph(
    nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **fields: Any
) -> dict[str, Any]:
    """A graph with a start `start` and an end `end` unless they are among the nodes."""
    ids = {item["id"] for item in nodes}
    around = [node(name, name) for name in ("start", "end") if name not in ids]
    return {"kind": "graph", "nodes": [*around, *nodes], "edges": edges, **fields}


def chain(*nodes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Start, these nodes one behind the other, end."""
    ids = ["start", *(item["id"] for item in nodes), "end"]
    edges = [edge(source, target) for source, target in zip(ids, ids[1:], strict=False)]
    return graph(list(nodes), edges, **fields)


def gate(
    node_id: str, *branches: str, condition: str = "${ true }", **fields: Any
) -> dict[str, Any]:
    """A gate with these branch ids."""
    entries = [{"id": branch, "label": branch, "condition": condition} for branch in branches]
    return node(node_id, "gate", branches=entries, **fields)


def pipeline(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A pipeline."""
    return {"kind": "pipeline", "steps": list(steps), **fields}


def step(step_id: str, step_type: str = "task:any", **config: Any) -> dict[str, Any]:
    """A pipeline's task step."""
    return {"id": step_id, "type": step_type, "config": config}
