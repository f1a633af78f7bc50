"""The nodes that a shell carries out at once: start, end, gate, transform and log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from workflows_app.core.builtin_schemas import OTHERWISE_PORT
from workflows_app.core.expression_errors import ExpressionError

Json = Any


@dataclass(frozen=True, slots=True)
class InlineResult:
    """What a node did that was carried out at once."""

    output: Json
    ports: tuple[str, ...] = ("out",)
    log: tuple[str, str] | None = None
    """A line for the node's log: level and message."""


class InlineCall(Protocol):
    """What a node that is carried out at once may ask for."""

    @property
    def config(self) -> Mapping[str, Json]:
        """The node's config as drawn, unresolved."""

    @property
    def run_input(self) -> Json:
        """What the run was started with."""

    def resolve(self, value: Json) -> Json:
        """A config value with its expressions evaluated."""

    def asked_guards(self) -> Mapping[str, str]:
        """The guards that a machine asks for, by their transitions."""

    def predecessors(self) -> Mapping[str, Json]:
        """Outputs of the nodes that led here, gates passed over."""


RunInline = Callable[[InlineCall], InlineResult]


def run_start(call: InlineCall) -> InlineResult:
    """The run's input is the output."""
    return InlineResult(call.run_input)


def run_end(call: InlineCall) -> InlineResult:
    """The configured output, else what came before: one value, or an object by node id."""
    message = call.resolve(call.config.get("message", ""))
    log = None
    if message:
        log = ("error" if call.config.get("outcome") == "failed" else "info", str(message))
    if call.config.get("output") is not None:
        return InlineResult(call.resolve(call.config["output"]), (), log)
    outputs = call.predecessors()
    if len(outputs) == 1:
        return InlineResult(next(iter(outputs.values())), (), log)
    return InlineResult(dict(outputs) if outputs else None, (), log)


def run_gate(call: InlineCall) -> InlineResult:
    """The first branch whose condition holds, or every one; else the way on is `otherwise`.

    Raises:
        ExpressionError: A condition is neither true nor false.
    """
    takes_every = call.config.get("mode", "first") == "every"
    taken: list[str] = []
    for branch in call.config.get("branches", ()):
        holds = call.resolve(branch["condition"])
        if not isinstance(holds, bool):
            name = branch.get("label") or branch["id"]
            raise ExpressionError(
                f"The condition of the branch “{name}” is neither true nor false, "
                f"but {_kind(holds)}.",
                kind="type",
            )
        if holds:
            taken.append(branch["id"])
            if not takes_every:
                break
    return InlineResult({"branches": taken}, tuple(taken) or (OTHERWISE_PORT,))


def run_transform(call: InlineCall) -> InlineResult:
    """The output is the configured value, resolved."""
    return InlineResult(call.resolve(call.config.get("output")))


def run_log(call: InlineCall) -> InlineResult:
    """Writes the message to the node's log."""
    message = call.resolve(call.config.get("message", ""))
    text = message if isinstance(message, str) else str(message)
    return InlineResult({"message": text}, log=(call.config.get("level", "info"), text))


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")


INLINE_NODES: Mapping[str, RunInline] = {
    "start": run_start,
    "end": run_end,
    "gate": run_gate,
    "transform": run_transform,
    "log": run_log,
}
"""What carries out a node, by its type."""
