"""Which transitions are taken, and which states they leave and enter.

Each function is one of the procedures of SCXML's algorithm, whose name it tells
(https://www.w3.org/TR/scxml/#AlgorithmforSCXMLInterpretation).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workflows_app.core.statechart.chart import ROOT, Chart, ChartState, ChartTransition, StateKind

History = Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Selection:
    """The transitions to take, and the guards on the way that have no result."""

    transitions: list[ChartTransition] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def candidates(chart: Chart, active: frozenset[str], event: str | None) -> list[ChartTransition]:
    """All transitions of active states that are for this event; for none: that need none."""
    return [
        transition
        for state in chart.ordered(active)
        for transition in chart.states[state].transitions
        if transition.is_for(event)
    ]


def select(
    chart: Chart,
    active: frozenset[str],
    event: str | None,
    history: History,
    holding: frozenset[str] = frozenset(),
    broken: frozenset[str] = frozenset(),
) -> Selection:
    """The transitions to take together (selectTransitions, selectEventlessTransitions).

    Args:
        chart: All states.
        active: The active ones.
        event: The event's name.
        history: What history states remember.
        holding: Transitions whose guards hold.
        broken: Transitions whose guards have no result, which counts as false.
    """
    selection = Selection()
    for state in chart.ordered(active):
        if chart.states[state].is_atomic:
            _select_from(chart, state, event, holding, broken, selection)
    selection.transitions = _without_conflicts(chart, active, selection.transitions, history)
    return selection


def _select_from(
    chart: Chart,
    atomic: str,
    event: str | None,
    holding: frozenset[str],
    broken: frozenset[str],
    selection: Selection,
) -> None:
    """The first that is enabled in an atomic state or, from inside out, in what encloses it."""
    for state in (atomic, *chart.ancestors_below(atomic, ROOT)):
        for transition in chart.states[state].transitions:
            if not transition.is_for(event):
                continue
            if transition.guard is None or transition.id in holding:
                if transition not in selection.transitions:
                    selection.transitions.append(transition)
                return
            if transition.id in broken and transition.id not in selection.broken:
                selection.broken.append(transition.id)


def _without_conflicts(
    chart: Chart,
    active: frozenset[str],
    enabled: Sequence[ChartTransition],
    history: History,
) -> list[ChartTransition]:
    """Those that can be taken together; the inner one preempts (removeConflictingTransitions)."""
    kept: list[ChartTransition] = []
    for one in enabled:
        leaves = exit_set(chart, active, [one], history)
        preempted: list[ChartTransition] = []
        for other in kept:
            if leaves & exit_set(chart, active, [other], history):
                if not chart.is_within(one.source, other.source):
                    break
                preempted.append(other)
        else:
            kept = [other for other in kept if other not in preempted]
            kept.append(one)
    return kept


def exit_set(
    chart: Chart,
    active: frozenset[str],
    transitions: Iterable[ChartTransition],
    history: History,
) -> frozenset[str]:
    """The active states that these transitions leave (computeExitSet)."""
    left: set[str] = set()
    for transition in transitions:
        if transition.targets:
            domain = _domain(chart, transition, history)
            left.update(state for state in active if chart.is_within(state, domain))
    return frozenset(left)


def entry_set(
    chart: Chart,
    transitions: Iterable[ChartTransition],
    history: History,
    *,
    before: History | None = None,
) -> frozenset[str]:
    """The states that these transitions enter (computeEntrySet).

    Args:
        chart: The machine.
        transitions: Taken together.
        history: What is remembered once states were left.
        before: What was remembered when it was decided which states to leave, where that differs.
            What was left for a target then is entered again, though by now the target may be
            remembered to lie within a state that would not have been left for it.
    """
    entering = _Entering(chart, history)
    before = history if before is None else before
    for transition in transitions:
        for target in transition.targets:
            entering.add_descendants(target)
        if transition.targets:
            domain = _domain(chart, transition, before)
            for target in _effective_targets(chart, transition.targets, history):
                entering.add_ancestors(target, domain)
    return frozenset(entering.states)


def initial_set(chart: Chart) -> frozenset[str]:
    """The states that a machine begins in."""
    entering = _Entering(chart, {})
    for target in chart.states[ROOT].initial:
        entering.add_descendants(target)
        entering.add_ancestors(target, ROOT)
    return frozenset(entering.states)


def remembered(
    chart: Chart, active: frozenset[str], leaving: Iterable[str], history: History
) -> dict[str, tuple[str, ...]]:
    """What history states remember once these states are left (the first half of exitStates)."""
    known = dict(history)
    for state in leaving:
        for memory in chart.states[state].histories:
            is_deep = chart.states[memory].is_deep
            known[memory] = tuple(
                inner
                for inner in chart.ordered(active)
                if (
                    chart.states[inner].is_atomic and chart.is_within(inner, state)
                    if is_deep
                    else chart.states[inner].parent == state
                )
            )
    return known


def _domain(chart: Chart, transition: ChartTransition, history: History) -> str:
    """What the transition does not leave (getTransitionDomain)."""
    targets = _effective_targets(chart, transition.targets, history)
    source = chart.states[transition.source]
    is_inside = all(chart.is_within(target, source.id) for target in targets)
    if transition.is_internal and source.kind is StateKind.COMPOUND and is_inside:
        return source.id
    return chart.common_compound([source.id, *targets])


def _effective_targets(chart: Chart, targets: Iterable[str], history: History) -> list[str]:
    """The targets with history resolved (getEffectiveTargetStates)."""
    found: dict[str, None] = {}
    for target in targets:
        state = chart.states[target]
        if state.kind is not StateKind.HISTORY:
            found[target] = None
        elif target in history:
            found.update(dict.fromkeys(history[target]))
        else:
            found.update(dict.fromkeys(_effective_targets(chart, state.initial, history)))
    return list(found)


class _Entering:
    """States to enter so far."""

    def __init__(self, chart: Chart, history: History) -> None:
        self._chart = chart
        self._history = history
        self.states: set[str] = set()

    def add_descendants(self, state_id: str) -> None:
        """The state with what is entered within it (addDescendantStatesToEnter)."""
        state = self._chart.states[state_id]
        if state.kind is StateKind.HISTORY:
            chosen = self._history.get(state_id, state.initial)
            self._add_targets(chosen, state.parent)
            return
        self.states.add(state_id)
        if state.kind is StateKind.COMPOUND:
            self._add_targets(state.initial, state_id)
        elif state.kind is StateKind.PARALLEL:
            self._add_missing_children(state)

    def add_ancestors(self, state_id: str, limit: str) -> None:
        """What encloses the state, with what is entered beside it (addAncestorStatesToEnter)."""
        for ancestor in self._chart.ancestors_below(state_id, limit):
            self.states.add(ancestor)
            if self._chart.states[ancestor].kind is StateKind.PARALLEL:
                self._add_missing_children(self._chart.states[ancestor])

    def _add_targets(self, targets: Iterable[str], limit: str) -> None:
        chosen = list(targets)
        for target in chosen:
            self.add_descendants(target)
        for target in chosen:
            self.add_ancestors(target, limit)

    def _add_missing_children(self, state: ChartState) -> None:
        for child in state.children:
            if not any(
                entered == child or self._chart.is_within(entered, child) for entered in self.states
            ):
                self.add_descendants(child)
