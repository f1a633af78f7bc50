"""One turn of a machine: the rules by which a statechart goes on.

A macrostep (run to completion) may need work that takes long, so it is spread over as many
decisions as there are actions: what is still to be done lies in the agenda, and no event is heard
before the agenda is empty and no action is under way. Guards need values, which a decision does not
see: it asks for them with the node `_guards`, which the shell carries out within the same
transaction, and whose ports are the answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from workflows_app.core.commands import ClearTimers, Decision, MarkNode, SetTimer, StartNode
from workflows_app.core.events import ErrorInfo, SignalReceived, TimerFired, TimerKind
from workflows_app.core.plan import Execution, Plan, PlanNode
from workflows_app.core.state import ActiveNode, NodeStatus, RunState, RunStatus, VisitKey
from workflows_app.core.statechart.chart import (
    DATA_NODE,
    GUARDS_NODE,
    ROOT,
    Chart,
    ChartTransition,
    StateKind,
    done_event,
    error_event,
    timeout_event,
)
from workflows_app.core.statechart.state import (
    AgendaItem,
    Doing,
    MachineEvent,
    MachineState,
    Question,
)
from workflows_app.core.statechart.transitions import (
    Selection,
    candidates,
    entry_set,
    exit_set,
    initial_set,
    remembered,
    select,
)
from workflows_app.core.turn import Turn

MAX_STEPS = 500
"""Microsteps that a machine may take without anything happening outside."""


class MachineTurn(Turn):
    """What becomes of a machine while one event is worked in."""

    def __init__(self, plan: Plan, chart: Chart, state: RunState, at: float) -> None:
        super().__init__(plan, state, at)
        self._chart = chart
        machine = state.machine
        self._agenda = deque(machine.agenda)
        self._block = machine.block
        self._internal = deque(machine.internal)
        self._external = deque(machine.external)
        self._event = machine.event
        self._question = machine.question
        self._is_stable = machine.is_stable
        self._is_done = machine.is_done
        self._history = machine.history
        self._data = machine.data
        self._delays = machine.delays
        self._steps = machine.steps

    def decision(self) -> Decision:
        """The result of the turn."""
        decision = super().decision()
        if self._is_over:
            return replace(decision, state=replace(decision.state, machine=MachineState()))
        machine = MachineState(
            agenda=tuple(self._agenda),
            block=self._block,
            internal=tuple(self._internal),
            external=tuple(self._external),
            event=self._event,
            question=self._question,
            is_stable=self._is_stable,
            is_done=self._is_done,
            history=self._history,
            data=self._data,
            delays=self._delays,
            steps=self._steps,
        )
        return replace(decision, state=replace(decision.state, machine=machine))

    # What happens

    def begin(self, reusable: Mapping[VisitKey, tuple[str, ...]]) -> None:
        """Start the run in its initial states. Nothing of an earlier run is taken over."""
        super().begin({})
        if DATA_NODE in self.plan.nodes:
            self._agenda.append(AgendaItem(Doing.RUN, DATA_NODE))
        self._agenda.extend(self._entry_items(initial_set(self._chart)))

    def has_heard(self, signal_id: str) -> bool:
        """True when the event arrived before, however many have since."""
        is_queued = any(event.signal_id == signal_id for event in self._external)
        return is_queued or super().has_heard(signal_id)

    def keep_signal(self, event: SignalReceived) -> None:
        """An event from outside, which is heard once the machine has come to rest."""
        self.remember_signal(event.signal_id)
        self._external.append(MachineEvent(event.name, event.signal_id))
        self._steps = 0

    def end_delay(self, event: TimerFired) -> None:
        """The delay of a transition or of a sent event is over, unless it was given up before."""
        delay = (event.node, event.visit)
        if delay not in self._delays:
            return
        self._delays = tuple(other for other in self._delays if other != delay)
        self.note_run("delay.ended", timer=event.node, visit=event.visit)
        node = self.plan.nodes.get(event.node)
        heard = (
            MachineEvent(timeout_event(event.node))
            if node is None
            else MachineEvent(str(node.config["event"]), node=event.node, visit=event.visit)
        )
        self._external.append(heard)
        self._steps = 0

    def after_failure(self, active: ActiveNode, error: ErrorInfo, ports: tuple[str, ...]) -> None:
        """A failed action ends its block and raises an error; without variables nothing runs."""
        if ports:
            return
        if active.node in {DATA_NODE, GUARDS_NODE}:
            self._fail_run((active.node, active.visit), error)
            return
        self._end_block()
        failed = MachineEvent(error_event(active.node), node=active.node, visit=active.visit)
        self._internal.append(failed)

    def _after_success(self, node: PlanNode, visit: int, ports: tuple[str, ...]) -> None:
        match node.type:
            case "guards":
                self._take_answer(ports, visit)
            case "assign":
                written = dict.fromkeys(node.config["data"], (node.id, visit))
                self._data = {**self._data, **written}
            case "raise":
                raised = MachineEvent(str(node.config["event"]), node=node.id, visit=visit)
                self._internal.append(raised)
            case "cancel":
                self._give_up_delays({str(node.config["send"])})
            case "send" if node.config.get("delay_seconds"):
                self._set_delay(node.id, visit, float(node.config["delay_seconds"]))
            case "send":
                sent = MachineEvent(str(node.config["event"]), node=node.id, visit=visit)
                self._external.append(sent)

    # How it goes on

    def settle(self) -> None:
        """Go on until an action is under way, or nothing more happens without an event."""
        while not self._is_over and self.status is not RunStatus.PAUSED and not self._is_acting:
            if not self._go_on():
                break
        self.tell_holds()
        if not self._is_over and not self._is_asking_the_shell:
            self.note_status()

    @property
    def _is_over(self) -> bool:
        return self.status is None or self.status.is_closed

    @property
    def _is_acting(self) -> bool:
        return any(node not in self._chart.states for node, _ in self.active)

    @property
    def _is_asking_the_shell(self) -> bool:
        """True when the shell goes on at once, so that the run's status need not change for it."""
        return any(
            self.plan.nodes[active.node].execution is Execution.ENGINE
            and active.status is NodeStatus.RUNNING
            for active in self.active.values()
        )

    @property
    def _states(self) -> frozenset[str]:
        """The active states."""
        return frozenset(node for node, _ in self.active if node in self._chart.states)

    def _go_on(self) -> bool:
        """Do the next thing (mainEventLoop); False when there is none."""
        if self._agenda:
            self._do(self._agenda.popleft())
        elif self._is_done:
            self._leave_everything()
        elif not self._is_stable:
            self._choose(None)
        elif self._internal or self._external:
            self._event = (self._internal or self._external).popleft()
            self._is_stable = False
            self._choose(self._event.name)
        else:
            return False
        return True

    def _choose(self, event: str | None) -> None:
        """Choose transitions at once where no guard stands before them, else ask for the guards."""
        found = candidates(self._chart, self._states, event)
        guarded = tuple(transition.id for transition in found if transition.guard is not None)
        if guarded:
            self._question = Question(event is not None, guarded)
            self._run(GUARDS_NODE)
        else:
            chosen = select(self._chart, self._states, event, self._history)
            self._take(event, chosen, visit=0)

    def _take_answer(self, ports: tuple[str, ...], visit: int) -> None:
        question, event = self._question, self._event
        if question is None:
            return
        self._question = None
        name = event.name if event is not None and question.is_for_event else None
        broken = frozenset(t for t in question.transitions if error_event(t) in ports)
        holding = frozenset(ports)
        chosen = select(self._chart, self._states, name, self._history, holding, broken)
        self._take(name, chosen, visit)

    def _take(self, event: str | None, selection: Selection, visit: int) -> None:
        for transition in selection.broken:
            broken = MachineEvent(error_event(transition), node=GUARDS_NODE, visit=visit)
            self._internal.append(broken)
        if selection.transitions:
            self._plan_microstep(selection.transitions)
        elif event is None:
            self._is_stable = True
        else:
            self._pass_over(self._event)

    def _pass_over(self, event: MachineEvent | None) -> None:
        """No transition is for the event. Nobody hears an error: the run fails with it."""
        if event is None:
            return
        if event.signal_id:
            self.note_run("event.ignored", name=event.name, signal_id=event.signal_id)
        elif _is_error(event):
            self._fail_unheard(event)

    # Microsteps

    def _plan_microstep(self, transitions: Iterable[ChartTransition]) -> None:
        """Put on the agenda what these transitions lead to (microstep)."""
        taken = list(transitions)
        chart, states = self._chart, self._states
        if self._steps >= MAX_STEPS:
            self._fail_loop(taken)
            return
        for transition in taken:
            source = self._active_state(transition.source)
            event = self._event.name if self._event and not transition.is_for(None) else None
            self.note(
                "transition.taken",
                source,
                transition=transition.id,
                event=event,
                targets=list(transition.targets),
            )
        before = self._history
        leaving = chart.ordered(exit_set(chart, states, taken, before))
        self._history = remembered(chart, states, leaving, before)
        self._agenda.extend(self._exit_items(leaving, {t.source: t.id for t in taken if t.targets}))
        self._agenda.extend(AgendaItem(Doing.RUN, a, t.id) for t in taken for a in t.actions)
        self._agenda.extend(
            self._entry_items(entry_set(chart, taken, self._history, before=before))
        )
        self._is_stable = False
        self._steps += 1

    def _exit_items(self, leaving: list[str], ways: Mapping[str, str]) -> list[AgendaItem]:
        """Leave these states, the last first, each after its exit actions (exitStates)."""
        items: list[AgendaItem] = []
        for state in reversed(leaving):
            exits = self._chart.states[state].exit
            items += [AgendaItem(Doing.RUN, action, f"exit {state}") for action in exits]
            items.append(AgendaItem(Doing.EXIT, state, ways.get(state, "")))
        return items

    def _entry_items(self, entering: Iterable[str]) -> list[AgendaItem]:
        """Enter these states in document order, each before its entry actions (enterStates)."""
        items: list[AgendaItem] = []
        for state_id in self._chart.ordered(entering):
            state = self._chart.states[state_id]
            items.append(AgendaItem(Doing.ENTER, state_id))
            items += [AgendaItem(Doing.RUN, action, f"entry {state_id}") for action in state.entry]
            if state.output is not None:
                items.append(AgendaItem(Doing.RUN, state.output, f"output {state_id}"))
            if state.kind is StateKind.FINAL:
                items.append(AgendaItem(Doing.COMPLETE, state_id))
        return items

    def _do(self, item: AgendaItem) -> None:
        match item.doing:
            case Doing.RUN:
                self._block = item.via
                self._run(item.id)
            case Doing.ENTER:
                self._enter_state(item.id)
            case Doing.EXIT:
                self._exit_state(item.id, item.via)
            case Doing.COMPLETE:
                self._complete(item.id)

    def _run(self, node_id: str) -> None:
        visit = self._next_visit(self.plan.nodes[node_id])
        self.start(ActiveNode(node_id, visit, 1, NodeStatus.QUEUED))

    def _enter_state(self, state_id: str) -> None:
        visit = self._next_visit(self.plan.nodes[state_id])
        delayed = self._chart.states[state_id].delayed
        until = min((self.at + (t.after or 0) for t in delayed), default=None)
        active = ActiveNode(state_id, visit, 1, NodeStatus.WAITING)
        self.active[state_id, visit] = active
        self.note("node.waiting", active, attempt=1, until=until)
        self._commands.append(StartNode(state_id, visit, 1))
        self._commands.append(MarkNode(state_id, visit, 1, NodeStatus.WAITING, self.at, until))
        for transition in delayed:
            self._set_delay(transition.id, visit, transition.after or 0)

    def _exit_state(self, state_id: str, way: str) -> None:
        active = self._active_state(state_id)
        delayed = {transition.id for transition in self._chart.states[state_id].delayed}
        self._give_up_delays(delayed)
        timeouts = {timeout_event(timer) for timer in delayed}
        self._external = deque(event for event in self._external if event.name not in timeouts)
        ports = (way,) if way else ()
        self.note("node.succeeded", active, attempt=1, ports=list(ports))
        self.finish(active, NodeStatus.SUCCEEDED, ports=ports)

    def _complete(self, state_id: str) -> None:
        """A final state was entered: the machine is done, or its parent is complete."""
        state = self._chart.states[state_id]
        carrier = (state.output or "", self._visits.get(state.output or "", 0))
        if state.parent == ROOT:
            end = carrier if state.output else (state_id, self._active_state(state_id).visit)
            self._ends = (*self._ends, end)
            self._is_done = True
            return
        self._internal.append(MachineEvent(done_event(state.parent), "", *carrier))
        above = self._chart.states[state.parent].parent
        is_parallel = self._chart.states[above].kind is StateKind.PARALLEL
        if is_parallel and self._chart.is_complete(above, self._states):
            self._internal.append(MachineEvent(done_event(above)))

    def _leave_everything(self) -> None:
        """The machine is done (exitInterpreter). An error that nobody heard still fails the run."""
        left = self._chart.ordered(self._states)
        if left:
            self._agenda.extend(self._exit_items(left, {}))
            return
        unheard = next((event for event in self._internal if _is_error(event)), None)
        if unheard is not None:
            self._fail_unheard(unheard)
        else:
            self.close(RunStatus.SUCCEEDED)

    # Failing

    def _fail_unheard(self, event: MachineEvent) -> None:
        error = None
        if event.node == GUARDS_NODE:
            transition = event.name.removeprefix(error_event(""))
            message = f"The guard of “{transition}” is neither true nor false."
            error = ErrorInfo("GuardFailed", message, is_final=True)
        self._fail_run((event.node, event.visit), error)

    def _fail_loop(self, transitions: list[ChartTransition]) -> None:
        names = ", ".join(f"“{transition.id}”" for transition in transitions)
        message = (
            f"The machine did not come to rest within {MAX_STEPS:,} transitions; "
            f"the next would have been {names}."
        )
        self.close(RunStatus.FAILED, ErrorInfo("MachineLoop", message, is_final=True))

    def _fail_run(self, node_run: VisitKey, error: ErrorInfo | None) -> None:
        self.failure = node_run
        self.close(RunStatus.FAILED, error)

    # The machine's state

    def _end_block(self) -> None:
        """Drop what stands behind a failed action in its block."""
        ended = AgendaItem(Doing.RUN, "", self._block)
        while self._agenda and replace(self._agenda[0], id="") == ended:
            self._agenda.popleft()

    def _give_up_delays(self, timers: set[str]) -> None:
        for delay in self._delays:
            if delay[0] in timers:
                self._commands.append(ClearTimers(*delay))
        self._delays = tuple(delay for delay in self._delays if delay[0] not in timers)

    def _set_delay(self, timer: str, visit: int, seconds: float) -> None:
        self._commands.append(SetTimer(TimerKind.DELAY, self.at + seconds, timer, visit, 1))
        self._delays = (*self._delays, (timer, visit))

    def _active_state(self, state_id: str) -> ActiveNode:
        return next(active for active in self.active.values() if active.node == state_id)


def _is_error(event: MachineEvent) -> bool:
    """True for errors of actions and guards, not for events that were given such a name."""
    return event.node == GUARDS_NODE or event.name == error_event(event.node)
