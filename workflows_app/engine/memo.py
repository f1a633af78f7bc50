"""Skipping work whose result is known: a step memo, addressed by content.

The key is the SHA-256 of what the work consists of: the node type, its version and the resolved
input. Only results of workers are remembered, and only those of nodes that ask for it; a failure
never is. A result is kept before it is reported, so that a crash in between does not repeat the
work either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from workflows_app.core.canonical import canonical_json
from workflows_app.core.events import NodeCompleted
from workflows_app.core.plan import PlanNode
from workflows_app.engine import clock
from workflows_app.store import memos
from workflows_app.store.claims import ClaimedNode
from workflows_app.store.codec import Report
from workflows_app.task_types import find


def recall(claim: ClaimedNode, node: PlanNode, config: Mapping[str, Any]) -> Report | None:
    """The node's result, if the same work was done before and still counts for it."""
    if node.memo_seconds is None:
        return None
    now = clock.now()
    created_after = now - timedelta(seconds=node.memo_seconds)
    found = memos.find_memo(key=_key_of(node, config), created_after=created_after, now=now)
    if found is None:
        return None
    done = NodeCompleted(*claim.key, claim.attempt, now.timestamp(), is_memoized=True)
    return Report(done, output=found.output)


def remember(node: PlanNode, config: Mapping[str, Any], result: Report) -> None:
    """Keep the result for the next time, where the node asks for it and did not fail."""
    if node.memo_seconds is None or not isinstance(result.event, NodeCompleted):
        return
    now = clock.now()
    memos.save_memo(
        key=_key_of(node, config),
        node_type=node.type,
        output=result.output,
        now=now,
        expires_at=now + timedelta(seconds=node.memo_seconds),
    )


def _key_of(node: PlanNode, config: Mapping[str, Any]) -> str:
    kind = find(node.type)
    version = kind.version if kind is not None else ""
    work = {"type": node.type, "version": version, "input": config}
    return hashlib.sha256(canonical_json(work).encode("utf-8", "surrogatepass")).hexdigest()
