"""Node runs as a step changes them: commands become columns, written together at the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from workflows_app.core.events import ErrorInfo
from workflows_app.core.json_text import plain_text
from workflows_app.core.plan import Execution, PlanNode
from workflows_app.core.state import NodeStatus, VisitKey
from workflows_app.engine.clock import told
from workflows_app.store.changes import NodeChange
from workflows_app.store.node_runs import read_attempt


def error_to_json(error: ErrorInfo) -> dict[str, str]:
    """The error as rows and journals tell it."""
    return {"type": plain_text(error.type, 200), "message": plain_text(error.message)}


class NodeRows:
    """Changes of one run's node runs since the step began."""

    def __init__(self, run_id: UUID) -> None:
        self._run_id = run_id
        self._changes: dict[VisitKey, NodeChange] = {}

    @property
    def changes(self) -> list[NodeChange]:
        """In the order in which the node runs were first touched."""
        return list(self._changes.values())

    def values(self, key: VisitKey) -> Mapping[str, Any]:
        """Columns that the step has changed so far."""
        change = self._changes.get(key)
        return change.values if change is not None else {}

    def touch(self, key: VisitKey, *, is_known: bool) -> NodeChange:
        """The change of a node run; `is_known`: it has a row from before the step."""
        change = self._changes.get(key)
        if change is None:
            change = NodeChange(key[0], key[1], is_new=not is_known, values={})
            self._changes[key] = change
        return change

    def queue(
        self,
        node: PlanNode,
        key: VisitKey,
        attempt: int,
        at: datetime,
        *,
        is_known: bool,
        is_told: bool,
    ) -> None:
        """The attempt waits for whoever carries it out.

        What the engine is about to carry out itself is not told to anybody (`is_told`) before it
        has: such a row is running, and no snapshot shows it.
        """
        change = self.touch(key, is_known=is_known)
        if attempt > 1:
            self.archive(key, NodeStatus.FAILED, at, error=None, number=attempt - 1)
        if change.is_new or node.execution is Execution.WORKER or attempt > 1:
            change.values["queued_at"] = at
        change.values.update(
            status=NodeStatus.QUEUED if is_told else NodeStatus.RUNNING,
            node_type=node.type,
            execution=node.execution,
            attempt=attempt,
            retry_at=None,
            waiting=None,
            progress=None,
            worker="",
            lease_until=None,
        )

    def hold(
        self, node: PlanNode, key: VisitKey, attempt: int, at: datetime, *, is_known: bool
    ) -> None:
        """The attempt is kept back while the run is paused."""
        change = self.touch(key, is_known=is_known)
        queued_at = change.values.get("queued_at")
        self.queue(node, key, attempt, at, is_known=is_known, is_told=True)
        change.values["status"] = NodeStatus.HELD
        if not change.is_new:
            # It was queued before, or will be when the run resumes.
            change.values.pop("queued_at", None)
            if queued_at is not None:
                change.values["queued_at"] = queued_at

    def start(self, key: VisitKey, attempt: int, at: datetime, **values: Any) -> None:
        """The attempt has begun: on a worker, or waiting for people, time or a signal."""
        change = self.touch(key, is_known=True)
        if attempt == 1 or self._first_start(key) is None:
            change.values["started_at"] = at
        change.values.update(retry_at=None, waiting=None)
        change.values.update(values)

    def fail_attempt(
        self,
        key: VisitKey,
        attempt: int,
        at: datetime,
        status: NodeStatus,
        *,
        due_at: datetime | None,
        error: ErrorInfo | None,
    ) -> None:
        """The attempt failed; the next one has a time, or an operator has it begin."""
        change = self.touch(key, is_known=True)
        failure = error_to_json(error) if error is not None else None
        self.archive(key, NodeStatus.FAILED, at, error=failure, number=attempt)
        change.values.update(
            status=status,
            retry_at=due_at,
            error=failure,
            waiting=None,
            progress=None,
            output=None,
            worker="",
            lease_until=None,
        )

    def finish(
        self,
        node: PlanNode,
        key: VisitKey,
        at: datetime,
        status: NodeStatus,
        *,
        is_known: bool,
        **values: Any,
    ) -> None:
        """The node run is over."""
        change = self.touch(key, is_known=is_known)
        if change.is_new:
            change.values.setdefault("queued_at", at)
            change.values.update(node_type=node.type, execution=node.execution)
        change.values.update(
            status=status,
            finished_at=at,
            waiting=None,
            progress=None,
            retry_at=None,
            lease_until=None,
            **values,
        )

    def archive(
        self,
        key: VisitKey,
        status: str,
        at: datetime,
        *,
        error: Mapping[str, Any] | None,
        number: int,
    ) -> None:
        """Keep what is known of an attempt, before the next one takes its place in the row.

        An attempt that was not archived when it failed was lost with its worker.
        """
        change = self.touch(key, is_known=True)
        row = None if change.is_new else read_attempt(self._run_id, key)
        earlier = list(change.values.get("earlier_attempts", row.earlier if row else []))
        if any(entry["number"] == number for entry in earlier):
            return
        started_at = change.values.get("started_at", row.started_at if row else None)
        earlier.append(
            {
                "number": number,
                "status": status if error is not None else "lost",
                "started_at": told(started_at.timestamp()) if started_at else None,
                "finished_at": told(at.timestamp()),
                "error": error,
                "worker": change.values.get("worker") or (row.worker if row else "") or None,
            }
        )
        change.values["earlier_attempts"] = earlier

    def _first_start(self, key: VisitKey) -> datetime | None:
        change = self._changes[key]
        if change.is_new or "started_at" in change.values:
            started_at: datetime | None = change.values.get("started_at")
            return started_at
        row = read_attempt(self._run_id, key)
        return row.first_started_at if row is not None else None
