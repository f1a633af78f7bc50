"""What a shell carries out for state machines: guards, assign, raise, send and cancel."""

from __future__ import annotations

from collections.abc import Mapping

from workflows_app.core.expressions import ExpressionError
from workflows_app.core.inline_nodes import InlineCall, InlineResult, RunInline
from workflows_app.core.statechart.chart import error_event


def run_guards(call: InlineCall) -> InlineResult:
    """The ports are the transitions whose guards hold; one without a result is told as an error."""
    found: dict[str, object] = {}
    ports: list[str] = []
    complaints: list[str] = []
    for transition, guard in call.asked_guards().items():
        try:
            holds = call.resolve(guard)
            complaint = f"{transition}: the guard gives neither true nor false."
        except ExpressionError as error:
            holds, complaint = None, f"{transition}: {error.message}"
        found[transition] = holds if isinstance(holds, bool) else None
        if holds is True:
            ports.append(transition)
        elif holds is not False:
            ports.append(error_event(transition))
            complaints.append(complaint)
    log = ("warning", " ".join(complaints)) if complaints else None
    return InlineResult(found, tuple(ports), log)


def run_assign(call: InlineCall) -> InlineResult:
    """The output holds the new value of each variable."""
    return InlineResult(call.resolve(call.config["data"]))


def run_cancel(call: InlineCall) -> InlineResult:
    """The decision gives the delays up; there is nothing to work out."""
    return InlineResult(None)


def run_event(call: InlineCall) -> InlineResult:
    """The output is what a raised or sent event carries."""
    return InlineResult(call.resolve(call.config.get("data")))


MACHINE_NODES: Mapping[str, RunInline] = {
    "guards": run_guards,
    "assign": run_assign,
    "raise": run_event,
    "send": run_event,
    "cancel": run_cancel,
}
"""What carries out a node that only state machines hold, by its type."""
