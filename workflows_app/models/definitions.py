"""Workflows, their one draft and their published versions."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from workflows_app.models.fields import DocumentField


class Kind(models.TextChoices):
    """The five kinds of workflow."""

    PIPELINE = "pipeline"
    GRAPH = "graph"
    SAGA = "saga"
    BULK = "bulk"
    STATE_MACHINE = "state_machine"


class Workflow(models.Model):
    """A named thing with a kind."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.GRAPH)
    description = models.TextField(blank=True, default="")
    latest_version = models.ForeignKey(
        "Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="workflow_kind_is_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="workflow_has_title"),
        )
        indexes = (
            models.Index(fields=["-updated_at", "id"], name="workflow_recent"),
            models.Index(fields=["kind", "-updated_at"], name="workflow_by_kind"),
        )
        permissions = (("publish_workflow", "Can publish workflows"),)

    def __str__(self) -> str:
        return self.title


class Draft(models.Model):
    """The one editable document of a workflow; `revision` grows with every save."""

    workflow = models.OneToOneField(
        Workflow, primary_key=True, on_delete=models.CASCADE, related_name="draft"
    )
    revision = models.PositiveIntegerField(default=1)
    document = DocumentField()
    hash = models.CharField(max_length=64)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Draft of {self.workflow_id}, revision {self.revision}"


class Version(models.Model):
    """An immutable, numbered, hashed document."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    document = DocumentField()
    note = models.CharField(max_length=500, blank=True, default="")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["workflow", "number"], name="version_number_is_unique"),
            models.UniqueConstraint(fields=["workflow", "hash"], name="version_hash_is_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_counts_from_one"),
        )
        ordering = (F("number").desc(),)

    def __str__(self) -> str:
        return f"{self.workflow_id} v{self.number}"
