"""Results of a run's nodes, as far as its expressions name them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from workflows_app.core.node_results import NodeResult, NodeResults, outputs_before
from workflows_app.core.plan import Plan
from workflows_app.core.state import NodeStatus, VisitKey
from workflows_app.store.node_runs import StoredResult, read_result, read_results

_DONE = frozenset({NodeStatus.SUCCEEDED, NodeStatus.FAILED, NodeStatus.COMPENSATED})


class Outputs:
    """Reads results when they are first asked for, and keeps those that come about meanwhile.

    Valid as long as nobody else moves the run: the caller holds its lock or is fenced by its seq.
    """

    def __init__(self, run_id: UUID) -> None:
        self._run_id = run_id
        self._known: dict[str, NodeResult | None] = {}
        self._finished: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._visits: dict[VisitKey, NodeResult] = {}

    def remember(self, node_id: str, result: NodeResult) -> None:
        """The node was visited again, with this result."""
        self._known[node_id] = result
        self._finished.pop(node_id, None)

    def remember_visit(self, key: VisitKey, result: NodeResult) -> None:
        """The visit ended with this result, which `of_visit` gives before its row is written."""
        self._visits[key] = result

    def of_visit(self, key: VisitKey) -> NodeResult:
        """The result of one visit, whatever came after it."""
        if key not in self._visits:
            row = read_result(self._run_id, key)
            is_failed = row is not None and row.status == NodeStatus.FAILED
            self._visits[key] = (
                NodeResult((), None)
                if row is None
                else NodeResult(row.ports, None if is_failed else row.output, row.error)
            )
        return self._visits[key]

    def remember_stored(self, key: VisitKey, ports: tuple[str, ...]) -> None:
        """The visit succeeded; its output lies in its row, which may not say so yet."""
        self._known.pop(key[0], None)
        self._finished[key[0]] = (key[1], ports)

    def learn(self, rows: Collection[StoredResult], asked: Collection[str]) -> None:
        """Take in what was read of the asked nodes, in the order of visits."""
        for node_id in asked:
            self._known.setdefault(node_id, None)
        for row in rows:
            visit, ports = self._finished.get(row.node_id, (0, ()))
            if row.visit == visit:
                self._known[row.node_id] = NodeResult(ports, row.output)
            elif row.status in _DONE and row.visit > visit:
                has_failed = row.status == NodeStatus.FAILED
                self._known[row.node_id] = NodeResult(
                    row.ports, None if has_failed else row.output, row.error if has_failed else None
                )

    def load(self, node_ids: Collection[str]) -> None:
        """Read what is not known of these nodes, in one query."""
        missing = [node_id for node_id in node_ids if node_id not in self._known]
        if missing:
            self.learn(read_results({self._run_id: missing}), missing)

    def result(self, node_id: str) -> NodeResult | None:
        """The node's last result; None when it never ran to an end."""
        self.load((node_id,))
        return self._known.get(node_id)

    def results(self, node_ids: Collection[str]) -> NodeResults:
        """What is known of these nodes, read where it was not yet."""
        self.load(node_ids)
        return self._known

    def values(self, node_ids: Collection[str]) -> dict[str, Any]:
        """Outputs by node id, without the nodes that never ran to an end."""
        known = self.results(node_ids)
        found = ((node_id, known.get(node_id)) for node_id in node_ids)
        return {node_id: result.output for node_id, result in found if result is not None}

    def before(self, plan: Plan, node_id: str) -> dict[str, Any]:
        """Outputs of the nodes whose live edges lead to a node. Gates are looked through."""
        return outputs_before(plan, node_id, self.results)
