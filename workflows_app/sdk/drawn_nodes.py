"""Nodes of a graph that are set up and not written: models, agents, tools, other workflows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from workflows_app.core.document import Node
from workflows_app.sdk.nodes import AbstractWorkflowNode, NodeType


class DrawnNode(AbstractWorkflowNode):
    """A node with the config that the canvas shows: of the class, and over it of the object.

    In memory a fake carries it out, by its name or type. An `execute` in a subclass takes its place
    everywhere: then the node is a task.
    """

    config: ClassVar[Mapping[str, Any]] = {}
    """Fields of the type's config; values may hold `${ … }`."""

    def __init__(self, name: str | None = None, *, title: str | None = None, **config: Any) -> None:
        """Use the class in a graph.

        Args:
            name: Its id; the class's by default.
            title: What the canvas writes on it.
            config: Fields of the type's config, over those of the class.
        """
        super().__init__(name, title=title)
        self._config = {**type(self).config, **config}

    def draw(self, results: Sequence[str]) -> list[Node]:
        """A node of the type."""
        if self.task is not None:
            return super().draw(results)
        return [self._node(self.name, self.node_type.value, self._config)]


class LLMNode(DrawnNode):
    """Asks a language model: `LLMNode("sort", connection="ai", prompt="${ input.text }")`."""

    node_type = NodeType.LLM


class AgentNode(DrawnNode):
    """A language model that calls tools until it has an answer."""

    node_type = NodeType.AGENT


class ToolNode(DrawnNode):
    """Calls a registered task, or a tool of an MCP server."""

    node_type = NodeType.TOOL


class SubworkflowNode(DrawnNode):
    """Runs another workflow: `SubworkflowNode("bill", workflow="billing", input={…})`."""

    node_type = NodeType.SUBWORKFLOW
