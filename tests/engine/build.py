"""Documents, versions and runs for the engine's tests, and looks at what became of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from workflows_app.engine import clock
from workflows_app.engine.start import create_run
from workflows_app.engine.work import Worker
from workflows_app.models import NodeRun, Run, RunEvent, Version, Workflow


def node(id: str, type: str = "task:test.act", config: Any = None, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "config": config or {}, **more}


def edge(source: str, target: str, port: str = "out", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{source}.{port}.{target}",
        "source": source,
        "source_port": port,
        "target": target,
        **more,
    }


def graph(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"kind": "graph", "nodes": nodes, "edges": edges, **more}


def chain(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Start, these nodes one behind the other, end."""
    row = [node("start", "start"), *nodes, node("end", "end")]
    edges = [edge(a["id"], b["id"]) for a, b in zip(row, row[1:], strict=False)]
    return graph(row, edges, **more)


def fan(count: int, config: Any = None) -> dict[str, Any]:
    """Start, `count` branches side by side, a join that counts them, end."""
    names = [f"n{i}" for i in range(count)]
    return graph(
        [
            node("start", "start"),
            *[node(name, "task:test.echo", config or {"value": 1}) for name in names],
            node("join", "transform", {"output": "${ [nodes.n0, nodes.n1] }"}),
            node("end", "end"),
        ],
        [
            *[edge("start", name) for name in names],
            *[edge(name, "join") for name in names],
            edge("join", "end"),
        ],
    )


def publish(document: dict[str, Any]) -> Version:
    now = clock.now()
    workflow = Workflow.objects.create(
        name=f"w-{uuid4().hex[:12]}", title="Test", created_at=now, updated_at=now
    )
    return Version.objects.create(
        workflow=workflow, number=1, hash=uuid4().hex, document=document, published_at=now
    )


def start(document: dict[str, Any] | Version, input: Any = None, **more: Any) -> UUID:
    version = document if isinstance(document, Version) else publish(document)
    run_id, is_new = create_run(
        workflow_id=version.workflow_id, version_id=version.id, input=input or {}, **more
    )
    assert is_new
    return run_id


def work(name: str = "worker-1", **more: Any) -> int:
    """Work until nothing is ready: what the keeper writes last may make more ready."""
    worker = Worker(name)
    count = 0
    while done := worker.work(**more):
        count += done
    return count


def run_of(run_id: UUID) -> Any:
    return Run.objects.get(id=run_id)


def status_of(run_id: UUID) -> str:
    return str(run_of(run_id).status)


def node_run(run_id: UUID, node_id: str, visit: int = 1) -> Any:
    return NodeRun.objects.get(run_id=run_id, node_id=node_id, visit=visit)


def statuses(run_id: UUID) -> dict[str, str]:
    rows = NodeRun.objects.filter(run_id=run_id).order_by("visit")
    return {row.node_id: row.status for row in rows}


def journal(run_id: UUID, *, of: str | None = None) -> list[str]:
    """Event types in order, those of a node where `of` is given."""
    events = RunEvent.objects.filter(run_id=run_id).order_by("seq")
    if of is not None:
        events = events.filter(node_id=of)
    return [e.type if of else f"{e.type} {e.node_id}".strip() for e in events]


def events(run_id: UUID, type: str) -> list[Any]:
    return list(RunEvent.objects.filter(run_id=run_id, type=type).order_by("seq"))
