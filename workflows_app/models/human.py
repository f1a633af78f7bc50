"""Requests to people and their answers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q

from workflows_app.models.fields import DocumentField
from workflows_app.models.runs import NodeRun, Run


class HumanTaskStatus(models.TextChoices):
    """Life of a human task. `expired`: its node's timeout passed."""

    OPEN = "open"
    DECIDED = "decided"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class HumanTask(models.Model):
    """A request to people. Without assignees, everybody who has the permission may answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="human_tasks")
    node_run = models.ForeignKey(NodeRun, on_delete=models.CASCADE, related_name="human_tasks")
    """A node of a worker may ask several times, one after the other."""
    node_id = models.CharField(max_length=64)
    visit = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField(default=1)
    heading = models.CharField(max_length=300)
    instructions = models.TextField(blank=True, default="")
    data = DocumentField(default=list)
    """[{label, value}]: what is decided upon."""
    outcomes = models.JSONField()
    """[{id, label, style, comment_required}]"""
    form_schema = DocumentField(null=True)
    assigned_users = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="assigned_human_tasks"
    )
    assigned_groups = models.ManyToManyField(Group, blank=True, related_name="assigned_human_tasks")
    is_open_to_all = models.BooleanField(default=False)
    """True when the node names nobody."""
    allow_requester = models.BooleanField(default=True)
    """False: who started the run may not decide."""
    status = models.CharField(
        max_length=10, choices=HumanTaskStatus.choices, default=HumanTaskStatus.OPEN
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=HumanTaskStatus.values), name="human_task_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="human_task_is_closed_unless_open",
            ),
        )
        indexes = (
            models.Index(fields=["status", "-created_at"], name="human_task_by_status"),
            models.Index(
                fields=["claimed_by", "status"],
                name="human_task_by_claimer",
                condition=Q(claimed_by__isnull=False),
            ),
            models.Index(fields=["due_at"], name="human_task_overdue", condition=Q(status="open")),
            models.Index(
                fields=["created_at", "id"], name="human_task_open", condition=Q(status="open")
            ),
            models.Index(
                fields=["-closed_at", "-id"], name="human_task_closed", condition=~Q(status="open")
            ),
        )
        permissions = (("decide_humantask", "Can decide human tasks that are open to all"),)

    def __str__(self) -> str:
        return self.heading


class Decision(models.Model):
    """What one person answered."""

    human_task = models.OneToOneField(
        HumanTask, primary_key=True, on_delete=models.CASCADE, related_name="decision"
    )
    outcome = models.CharField(max_length=64)
    comment = models.TextField(blank=True, default="")
    data = DocumentField(default=dict)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["decided_by", "-decided_at"], name="decision_by_person"),)

    def __str__(self) -> str:
        return f"{self.human_task_id}: {self.outcome}"
