"""Runs, their node runs, logs and journal. Written by the store alone."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from workflows_app.core.plan import Execution
from workflows_app.core.state import ACTIVE_NODE_STATUSES, CLOSED, NodeStatus, RunStatus
from workflows_app.models.definitions import Version, Workflow

_RUN_STATUSES = [status.value for status in RunStatus]
_NODE_STATUSES = [status.value for status in NodeStatus]
_CLOSED_RUN = sorted(status.value for status in CLOSED)
_ACTIVE_NODE = sorted(status.value for status in ACTIVE_NODE_STATUSES)


class Run(models.Model):
    """One execution, pinned to a version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workflow = models.ForeignKey(
        Workflow, on_delete=models.PROTECT, related_name="runs", db_index=False
    )
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="runs", db_index=False
    )
    status = models.CharField(max_length=20, choices=[(s, s) for s in _RUN_STATUSES])
    seq = models.PositiveBigIntegerField(default=0)
    """Number of the last journal event; fences concurrent writers."""
    state = models.JSONField(default=dict)
    """The frontier: `workflows_app.core.state.RunState`, encoded by the store."""
    business_key = models.CharField(max_length=200, blank=True, default="")
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    labels = models.JSONField(default=dict)
    input = models.JSONField(default=dict)
    output = models.JSONField(null=True)
    error = models.JSONField(null=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    rerun_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reruns"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["workflow", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="run_idempotency_key_is_unique",
            ),
            models.CheckConstraint(
                condition=Q(status__in=_RUN_STATUSES), name="run_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=_CLOSED_RUN, finished_at__isnull=False)
                | (~Q(status__in=_CLOSED_RUN) & Q(finished_at__isnull=True)),
                name="run_is_finished_when_closed",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="run_recent"),
            models.Index(fields=["workflow", "-created_at"], name="run_by_workflow"),
            models.Index(fields=["status", "-created_at"], name="run_by_status"),
            models.Index(fields=["version", "status"], name="run_by_version"),
            models.Index(
                fields=["business_key"], name="run_by_business_key", condition=~Q(business_key="")
            ),
            models.Index(
                fields=["finished_at"],
                name="run_by_finish",
                condition=Q(finished_at__isnull=False),
            ),
        )
        permissions = (
            ("start_run", "Can start runs"),
            ("operate_run", "Can cancel, pause, resume and retry runs"),
        )

    def __str__(self) -> str:
        return str(self.id)


class ChildRun(models.Model):
    """The node run that a run was started by: one child for each attempt, or item of one."""

    run = models.OneToOneField(
        Run, primary_key=True, on_delete=models.CASCADE, related_name="child_of"
    )
    parent = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="child_links", db_index=False
    )
    node_id = models.CharField(max_length=64)
    visit = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField()
    is_awaited = models.BooleanField()
    """False: the parent went on at once, and is not told of the child's end."""
    depth = models.PositiveIntegerField()
    """How many runs are above it."""
    item = models.BigIntegerField(default=-1)
    """The index of the item that it works on; -1 where its node has no items."""
    item_attempt = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["parent", "node_id", "visit", "attempt", "item", "item_attempt"],
                name="child_run_attempt_is_unique",
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} of {self.parent_id} {self.node_id} #{self.visit}"


class NodeRun(models.Model):
    """One visit of one node in a run; it has attempts."""

    id = models.BigAutoField(primary_key=True)
    # Nothing is checked at each step's commit (docs/decisions/0028): rows are made by statements
    # alone that write the run's own row too.
    run = models.ForeignKey(
        Run,
        on_delete=models.CASCADE,
        related_name="node_runs",
        db_index=False,
        db_constraint=False,
    )
    node_id = models.CharField(max_length=64)
    visit = models.PositiveIntegerField(default=1)
    node_type = models.CharField(max_length=200)
    execution = models.CharField(max_length=10, choices=[(e.value, e.value) for e in Execution])
    status = models.CharField(max_length=20, choices=[(s, s) for s in _NODE_STATUSES])
    attempt = models.PositiveIntegerField(default=1)
    earlier_attempts = models.JSONField(default=list)
    """[{number, status, started_at, finished_at, error, worker}] of attempts before this one."""
    ports = models.JSONField(default=list)
    """Output ports that the finished node's edges were taken from."""
    input = models.JSONField(null=True)
    """The resolved config, as the node got it."""
    output = models.JSONField(null=True)
    error = models.JSONField(null=True)
    waiting = models.JSONField(null=True)
    """{kind: human | time | signal | run | event, for: [names], since, until, human_task_id,
    run_id}; null unless it waits."""
    progress = models.JSONField(null=True)
    """{done, total, text} as told by the task."""
    is_reused = models.BooleanField(default=False)
    worker = models.CharField(max_length=200, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    queued_at = models.DateTimeField()
    retry_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["run", "node_id", "visit"], name="node_run_visit_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=_NODE_STATUSES), name="node_run_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=_ACTIVE_NODE, finished_at__isnull=True)
                | (~Q(status__in=_ACTIVE_NODE) & Q(finished_at__isnull=False)),
                name="node_run_is_finished_when_over",
            ),
        )
        indexes = (
            models.Index(
                fields=["queued_at", "id"],
                name="node_run_claimable",
                condition=Q(status="queued", execution="worker"),
            ),
            models.Index(
                fields=["lease_until"], name="node_run_leases", condition=Q(status="running")
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.node_id} #{self.visit}"


class NodeLog(models.Model):
    """A line that a node wrote while it ran."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    node_id = models.CharField(max_length=64)
    visit = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField()
    level = models.CharField(max_length=10)
    message = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["run", "node_id", "visit", "id"], name="node_log_by_node"),)

    def __str__(self) -> str:
        return f"{self.level}: {self.message[:80]}"


class RunEvent(models.Model):
    """One fact of a run's journal, numbered 1, 2, 3 … without gaps."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(
        Run, on_delete=models.CASCADE, related_name="events", db_index=False, db_constraint=False
    )
    seq = models.PositiveBigIntegerField()
    type = models.CharField(max_length=40)
    node_id = models.CharField(max_length=64, blank=True, default="")
    visit = models.PositiveIntegerField(default=0)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["run", "seq"], name="run_event_seq_is_unique"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="run_event_counts_from_one"),
        )
        ordering = (F("seq").asc(),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.seq} {self.type}"
