"""Whatever people do in whatever order, the services do what a simple model says.

People with different rights make workflows, draw, publish, start runs and operate them, and are
refused where the model says so. After each act the tables are compared with the model: drafts,
versions, statuses of runs, human tasks and the audit log. The journal of the run replays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.engine.actions import ACTIONS
from tests.engine.build import edge, graph, node, work
from tests.engine.law import check_law
from workflows_app.engine import sweep
from workflows_app.errors import (
    AlreadyDecidedError,
    ConflictError,
    DocumentInvalidError,
    FatalError,
    FlowdeckError,
    InvalidInputError,
    NotAssignedError,
    NotPublishedError,
    PermissionDeniedError,
    RevisionConflictError,
    RunClosedError,
    RunInputError,
    UnknownSignalError,
)
from workflows_app.models import AuditEntry, HumanTask, Run, Workflow
from workflows_app.services import (
    drafts,
    human_tasks,
    publishing,
    reruns,
    runs,
    workflows,
)
from workflows_app.services.roles import ROLES, ensure_roles

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = {
    "root": (),
    "ann": ("Authors",),
    "ola": ("Operators",),
    "bob": ("Approvers",),
    "cem": ("Bosses",),
    "dan": ("Authors", "Operators", "Bosses"),
    "eve": (),
    "zoe": ("Authors", "Operators", "Approvers", "Bosses"),
}
"""Groups of everybody. `root` is a superuser; the account of `zoe` is closed."""

SAYS, WAITS, ASKS, ASKS_BOSSES, ACTS, BROKEN = (
    "says",
    "waits",
    "asks",
    "asks_bosses",
    "acts",
    "none",
)
RUNNABLE = (SAYS, WAITS, ASKS, ASKS_BOSSES, ACTS)
TIME_LIMIT = 60
MANY_WORKFLOWS = 6


def _document(name: str) -> dict[str, Any]:
    """Start, one node that is called as the document, ends."""
    if name == BROKEN:
        return {"format": 1, **graph([node("start", "start")], [])}
    ask = {"heading": "?", "allow_requester": name == ASKS}
    if name == ASKS_BOSSES:
        ask["assignees"] = {"groups": ["Bosses"]}
    middle = {
        SAYS: node(SAYS, "transform", {"output": "hello"}),
        WAITS: node(WAITS, "wait", {"mode": "signal", "signal": "go"}, timeout_seconds=TIME_LIMIT),
        ASKS: node(ASKS, "human", ask),
        ASKS_BOSSES: node(ASKS_BOSSES, "human", ask),
        ACTS: node(ACTS, "task:test.act", {"name": "act"}),
    }[name]
    schema = {"type": "object", "properties": {"amount": {"type": "number"}}}
    nodes = [node("start", "start", {"input_schema": schema}), middle, node("end", "end")]
    edges = [edge("start", name)]
    if name in {ASKS, ASKS_BOSSES}:
        nodes.append(node("refused", "end", {"outcome": "failed"}))
        edges += [edge(name, "end", "approved"), edge(name, "refused", "rejected")]
    else:
        edges.append(edge(name, "end"))
    if name == WAITS:
        edges.append(edge(name, "end", "timeout"))
    return {"format": 1, **graph(nodes, edges)}


DOCUMENTS = {name: _document(name) for name in (*RUNNABLE, BROKEN)}
PIPELINE = {"format": 1, "kind": "pipeline", "steps": []}


@dataclass(eq=False)
class ModelWorkflow:
    id: UUID
    draft: str
    revision: int = 1
    versions: list[str] = field(default_factory=list)
    """Documents, in the order of their numbers."""
    latest: str | None = None
    is_archived: bool = False
    started: dict[str, ModelRun] = field(default_factory=dict)
    """Runs by idempotency key."""


@dataclass(eq=False)
class ModelRun:
    id: UUID
    workflow: ModelWorkflow
    document: str
    requesters: frozenset[str]
    deadline: float
    is_paused: bool = False
    end: str | None = None
    """How it ends once it may go on; None while its middle node is not done."""
    is_cancelled: bool = False
    task: str = ""
    """What became of its human task."""
    claimed_by: str | None = None

    @property
    def is_closed(self) -> bool:
        return self.is_cancelled or (self.end is not None and not self.is_paused)

    @property
    def is_timed(self) -> bool:
        return self.document == WAITS and self.end is None and not self.is_cancelled

    @property
    def status(self) -> str:
        if self.is_cancelled:
            return "cancelled"
        if self.is_paused:
            return "paused"
        return self.end or ("running" if self.document == ACTS else "waiting")


def first(*refusals: tuple[bool, type[FlowdeckError]]) -> type[FlowdeckError] | None:
    """The first refusal whose reason is given."""
    return next((error for is_given, error in refusals if is_given), None)


def may(name: str, permission: str) -> bool:
    if name in {"root", "zoe"}:
        return name == "root"
    return any(permission in ROLES.get(group, ()) for group in PEOPLE[name])


def may_decide(name: str, run: ModelRun) -> bool:
    if name == "zoe":
        return False
    if run.document == ASKS:
        return may(name, "decide_humantask")
    return name not in run.requesters and (name == "root" or "Bosses" in PEOPLE[name])


people = st.sampled_from((*PEOPLE, *["root", "dan", "dan"] * 2))
"""Half of the time it is somebody who may do much."""
runnable = st.sampled_from(RUNNABLE)


class Services(RuleBasedStateMachine):
    """Rules are what people do; each knows whether it is to be refused, and how."""

    workflows = Bundle("workflows")
    runs = Bundle("runs")

    def __init__(self, users: dict[str, Any], time: Any) -> None:
        super().__init__()
        self.users = users
        self.time = time
        self.of_workflows: list[ModelWorkflow] = []
        self.of_runs: list[ModelRun] = []
        # What the example before has left is none of this one's.
        for run_id in Run.objects.filter(finished_at=None).values_list("id", flat=True):
            runs.cancel_run(actor=users["root"], run_id=run_id)
        self.audited = AuditEntry.objects.exclude(action="workflow.draft_saved").count()

    def do(
        self,
        verb: Callable[..., Any],
        refusal: type[FlowdeckError] | None,
        *,
        actor: str,
        audits: bool = True,
        **arguments: Any,
    ) -> Any:
        """Do it, and see that it is refused as expected, or not; what is refused leaves nothing."""
        if refusal is not None:
            before = Run.objects.aggregate(Sum("seq"))
            with pytest.raises(refusal) as refused:
                verb(actor=self.users[actor], **arguments)
            assert refused.type is refusal
            assert Run.objects.aggregate(Sum("seq")) == before
            return None
        result = verb(actor=self.users[actor], **arguments)
        self.audited += audits
        return result

    # Workflows

    @precondition(lambda self: len(self.of_workflows) < MANY_WORKFLOWS)
    @rule(target=workflows, actor=people, name=runnable, title=st.sampled_from(["W", "W", " "]))
    def create_workflow(self, actor: str, name: str, title: str) -> Any:
        refusal = first(
            (not may(actor, "add_workflow"), PermissionDeniedError),
            (not title.strip(), InvalidInputError),
        )
        document = DOCUMENTS[name]
        made = self.do(
            workflows.create_workflow, refusal, actor=actor, title=title, document=document
        )
        if refusal:
            return multiple()
        workflow = ModelWorkflow(made, name)
        self.of_workflows.append(workflow)
        return workflow

    @initialize(target=workflows, names=st.lists(runnable, min_size=3, max_size=5, unique=True))
    def publish_some(self, names: list[str]) -> Any:
        """So that there is something to start from."""
        made = [self.create_workflow("root", name, "W") for name in names]
        for workflow in made:
            self.publish(workflow, "root", is_stale=False)
        return multiple(*made)

    @initialize(target=runs, actors=st.lists(people, min_size=8, max_size=8))
    def start_some(self, actors: list[str]) -> Any:
        """So that there is something to operate."""
        asked = zip(self.of_workflows * 3, actors, strict=False)
        made = [self.start(workflow, actor, 1, None) for workflow, actor in asked]
        return multiple(*(run for run in made if isinstance(run, ModelRun)))

    @rule(
        workflow=workflows,
        actor=people,
        name=st.sampled_from((*DOCUMENTS, "pipeline")),
        is_stale=st.booleans(),
    )
    def save_draft(self, workflow: ModelWorkflow, actor: str, name: str, is_stale: bool) -> None:
        refusal = first(
            (not may(actor, "change_workflow"), PermissionDeniedError),
            (workflow.is_archived, ConflictError),
            (name == "pipeline", InvalidInputError),
            (is_stale, RevisionConflictError),
        )
        revision = self.do(
            drafts.save_draft,
            refusal,
            actor=actor,
            audits=False,
            workflow_id=workflow.id,
            document=DOCUMENTS.get(name, PIPELINE),
            revision=workflow.revision - is_stale,
        )
        if not refusal:
            workflow.draft, workflow.revision = name, workflow.revision + 1
            assert revision == workflow.revision

    @rule(workflow=workflows, actor=people, is_stale=st.booleans())
    def publish(self, workflow: ModelWorkflow, actor: str, is_stale: bool) -> None:
        refusal = first(
            (not may(actor, "publish_workflow"), PermissionDeniedError),
            (workflow.is_archived, ConflictError),
            (is_stale, RevisionConflictError),
            (workflow.draft == BROKEN, DocumentInvalidError),
        )
        published = self.do(
            publishing.publish_workflow,
            refusal,
            actor=actor,
            audits=workflow.latest != workflow.draft,
            workflow_id=workflow.id,
            revision=workflow.revision - is_stale,
        )
        if refusal:
            return
        is_new = workflow.draft not in workflow.versions
        if is_new:
            workflow.versions.append(workflow.draft)
        workflow.latest = workflow.draft
        number = workflow.versions.index(workflow.draft) + 1
        assert (published.number, published.is_new) == (number, is_new)

    @rule(workflow=workflows, actor=people, is_archived=st.booleans())
    def archive_or_restore(self, workflow: ModelWorkflow, actor: str, is_archived: bool) -> None:
        refusal = first((not may(actor, "change_workflow"), PermissionDeniedError))
        verb = workflows.archive_workflow if is_archived else workflows.restore_workflow
        audits = workflow.is_archived is not is_archived
        self.do(verb, refusal, actor=actor, audits=audits, workflow_id=workflow.id)
        if not refusal:
            workflow.is_archived = is_archived

    # Runs

    @rule(
        target=runs,
        workflow=workflows,
        actor=people,
        amount=st.sampled_from([1, 1, "one"]),
        key=st.sampled_from([None, None, "key"]),
    )
    def start(self, workflow: ModelWorkflow, actor: str, amount: Any, key: str | None) -> Any:
        known = workflow.started.get(key or "")
        refusal = first(
            (not may(actor, "start_run"), PermissionDeniedError),
            (known is None and workflow.latest is None, NotPublishedError),
            (known is None and workflow.is_archived, ConflictError),
            (known is None and amount == "one", RunInputError),
        )
        started = self.do(
            runs.start_run,
            refusal,
            actor=actor,
            audits=known is None,
            workflow_id=workflow.id,
            input={"amount": amount},
            idempotency_key=key,
        )
        if refusal:
            return multiple()
        if known is not None:
            assert (started.run_id, started.is_new) == (known.id, False)
            return multiple()
        assert started.is_new
        run = self._begun(started.run_id, workflow, str(workflow.latest), frozenset({actor}))
        if key is not None:
            workflow.started[key] = run
        return run

    @rule(run=runs, actor=people)
    def pause(self, run: ModelRun, actor: str) -> None:
        refusal = self._operating(actor, run)
        self.do(runs.pause_run, refusal, actor=actor, audits=not run.is_paused, run_id=run.id)
        if not refusal:
            run.is_paused = True
        check_law(run.id)

    @rule(run=runs, actor=people)
    def resume(self, run: ModelRun, actor: str) -> None:
        refusal = first(
            *self._operating_reasons(actor, run),
            (not run.is_paused, ConflictError),
        )
        self.do(runs.resume_run, refusal, actor=actor, run_id=run.id)
        if not refusal:
            run.is_paused = False
        check_law(run.id)

    @rule(run=runs, actor=people)
    def cancel(self, run: ModelRun, actor: str) -> None:
        refusal = self._operating(actor, run)
        self.do(runs.cancel_run, refusal, actor=actor, run_id=run.id)
        if not refusal:
            run.is_cancelled = True
            run.task = "cancelled" if run.task == "open" else run.task
        check_law(run.id)

    @rule(run=runs, actor=people, name=st.sampled_from(["go", "go", "stop"]))
    def signal(self, run: ModelRun, actor: str, name: str) -> None:
        refusal = first(
            *self._operating_reasons(actor, run),
            (run.document != WAITS or name != "go", UnknownSignalError),
        )
        self.do(runs.send_signal, refusal, actor=actor, run_id=run.id, name=name)
        if not refusal:
            run.end = run.end or "succeeded"
        check_law(run.id)

    @rule(target=runs, run=runs, actor=people, is_known=st.sampled_from([True, True, False]))
    def retry(self, run: ModelRun, actor: str, is_known: bool) -> Any:
        refusal = first(
            (not may(actor, "operate_run"), PermissionDeniedError),
            (not is_known, InvalidInputError),
            (not run.is_closed, ConflictError),
            (run.workflow.is_archived, ConflictError),
        )
        node_id = run.document if is_known else "nowhere"
        made = self.do(reruns.retry_from_node, refusal, actor=actor, run_id=run.id, node_id=node_id)
        if refusal:
            return multiple()
        return self._begun(made, run.workflow, run.document, run.requesters | {actor})

    @precondition(lambda self: any(run.status == "running" for run in self.of_runs))
    @rule(is_failing=st.booleans())
    def let_workers_work(self, is_failing: bool) -> None:
        def act(context: Any) -> str:
            if is_failing:
                raise FatalError("No")
            return "done"

        ACTIONS["act"] = act
        ready = [r for r in self.of_runs if r.status == "running"]
        assert work() == len(ready)
        for run in ready:
            run.end = "failed" if is_failing else "succeeded"
            check_law(run.id)

    @precondition(lambda self: any(run.is_timed for run in self.of_runs))
    @rule()
    def let_time_pass(self) -> None:
        self.time.pass_(TIME_LIMIT / 2)
        sweep.fire_timers()
        for run in self.of_runs:
            if run.is_timed and run.deadline <= self.time.now().timestamp():
                run.end = "succeeded"
                check_law(run.id)

    # Human tasks

    @rule(run=runs, actor=people)
    def claim(self, run: ModelRun, actor: str) -> None:
        refusal = first(
            *self._task_reasons(actor, run),
            (run.claimed_by not in {None, actor}, ConflictError),
        )
        audits = run.claimed_by is None
        if self._act(human_tasks.claim_human_task, refusal, run, actor, audits=audits):
            run.claimed_by = actor

    @rule(run=runs, actor=people)
    def release(self, run: ModelRun, actor: str) -> None:
        refusal = first(
            *self._task_reasons(actor, run),
            (run.claimed_by not in {None, actor} and actor != "root", NotAssignedError),
        )
        audits = run.claimed_by is not None
        if self._act(human_tasks.release_human_task, refusal, run, actor, audits=audits):
            run.claimed_by = None

    @rule(
        run=runs,
        actor=people,
        outcome=st.sampled_from(["approved", "rejected", "perhaps"]),
    )
    def decide(self, run: ModelRun, actor: str, outcome: str) -> None:
        refusal = first(
            *self._task_reasons(actor, run),
            (run.claimed_by not in {None, actor}, NotAssignedError),
            (outcome == "perhaps", InvalidInputError),
        )
        verb = human_tasks.decide_human_task
        if self._act(verb, refusal, run, actor, outcome=outcome, comment="So be it"):
            run.task = "decided"
            run.end = "succeeded" if outcome == "approved" else "failed"

    # What always holds

    @invariant()
    def the_tables_say_what_the_model_says(self) -> None:
        ids = [run.id for run in self.of_runs]
        rows = Run.objects.filter(id__in=ids).values_list("id", "status", "version__number")
        numbers = {run.id: run.workflow.versions.index(run.document) + 1 for run in self.of_runs}
        assert set(rows) == {(run.id, run.status, numbers[run.id]) for run in self.of_runs}
        tasks = HumanTask.objects.filter(run_id__in=ids)
        told = tasks.values_list("run_id", "status", "claimed_by__username")
        assert set(told) == {(r.id, r.task, r.claimed_by) for r in self.of_runs if r.task}
        entries = AuditEntry.objects.exclude(action="workflow.draft_saved")
        assert entries.count() == self.audited

    def teardown(self) -> None:
        for workflow in self.of_workflows:
            row = Workflow.objects.select_related("draft", "latest_version").get(id=workflow.id)
            latest = row.latest_version.number if row.latest_version else None
            number = workflow.versions.index(workflow.latest) + 1 if workflow.latest else None
            assert row.draft.revision == workflow.revision
            assert (row.archived_at is not None, latest) == (workflow.is_archived, number)
            assert row.versions.count() == len(workflow.versions)
        for run in self.of_runs:
            check_law(run.id)

    # Parts of rules

    def _begun(
        self, run_id: UUID, workflow: ModelWorkflow, document: str, requesters: frozenset[str]
    ) -> ModelRun:
        deadline = self.time.now().timestamp() + TIME_LIMIT
        run = ModelRun(run_id, workflow, document, requesters, deadline)
        run.end = "succeeded" if document == SAYS else None
        run.task = "open" if document in {ASKS, ASKS_BOSSES} else ""
        self.of_runs.append(run)
        check_law(run_id)
        return run

    def _operating_reasons(
        self, actor: str, run: ModelRun
    ) -> tuple[tuple[bool, type[FlowdeckError]], ...]:
        is_denied = not may(actor, "operate_run")
        return (is_denied, PermissionDeniedError), (run.is_closed, RunClosedError)

    def _operating(self, actor: str, run: ModelRun) -> type[FlowdeckError] | None:
        return first(*self._operating_reasons(actor, run))

    def _task_reasons(
        self, actor: str, run: ModelRun
    ) -> tuple[tuple[bool, type[FlowdeckError]], ...]:
        return (
            (not may_decide(actor, run), NotAssignedError),
            (run.task == "decided", AlreadyDecidedError),
            (run.task == "cancelled", ConflictError),
        )

    def _act(
        self,
        verb: Callable[..., Any],
        refusal: type[FlowdeckError] | None,
        run: ModelRun,
        actor: str,
        **arguments: Any,
    ) -> bool:
        """True when the run has a task, and the person may do this with it."""
        if not run.task:
            return False
        task_id = HumanTask.objects.get(run_id=run.id).id
        self.do(verb, refusal, actor=actor, task_id=task_id, **arguments)
        check_law(run.id)
        return refusal is None


@pytest.fixture
def users(transactional_db: None) -> dict[str, Any]:
    ensure_roles()
    Group.objects.create(name="Bosses")
    made = {}
    for name, groups in PEOPLE.items():
        made[name] = get_user_model().objects.create(
            username=name, is_superuser=name == "root", is_active=name != "zoe"
        )
        made[name].groups.set(Group.objects.filter(name__in=groups))
    return made


def test_the_services_do_what_the_model_says(users: dict[str, Any], time: Any) -> None:
    run_state_machine_as_test(
        lambda: Services(users, time),
        settings=settings(
            max_examples=5,
            stateful_step_count=35,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
