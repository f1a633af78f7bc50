"""What a node can do: the built-in types and the registered tasks, found through one registry."""

from __future__ import annotations

from workflows_app.task_types.registry import catalog, default_config, find

__all__ = ["catalog", "default_config", "find"]
