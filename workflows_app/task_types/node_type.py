"""A node type with what carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows_app.core.inline_nodes import RunInline
from workflows_app.core.node_types import NodeTypeSpec
from workflows_app.core.plan import RetryPolicy
from workflows_app.sdk.context import TaskContext

Json = Any


RunOnWorker = Callable[[Mapping[str, Json], TaskContext], Json]


@dataclass(frozen=True, slots=True)
class NodeType:
    """One entry of the registry. People and waits have neither of the two callables."""

    spec: NodeTypeSpec
    run_inline: RunInline | None = None
    run_on_worker: RunOnWorker | None = None
    default_config: Mapping[str, Json] | None = None
    timeout_seconds: float | None = None
    """For nodes that set none."""
    retry: RetryPolicy | None = None
    """For nodes that set none."""
    version: str = ""
    """Part of what makes two calls the same work."""
