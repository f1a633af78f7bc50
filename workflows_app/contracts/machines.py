"""State machines: what a run of one is doing."""

from __future__ import annotations

from workflows_app.contracts.base import Contract


class MachineView(Contract):
    """What a machine is doing as of the snapshot's `seq`, which is its revision."""

    states: list[str]
    """The active states, the outer ones first."""
    events: list[str]
    """The events that have a transition now, as its transitions name them: `pay`, `pay.*`, `*`."""
    is_acting: bool
    """True while actions run: events wait in a queue until they are done."""
