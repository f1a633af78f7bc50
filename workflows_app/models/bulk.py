"""The items of map nodes, in batches, and the files that they may come from."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from workflows_app.core.item_files import FORMATS
from workflows_app.models.fields import DocumentField
from workflows_app.models.runs import Run

BULK_STATUSES = ("planned", "open", "finishing", "closed")
BATCH_STATUSES = ("queued", "running", "waiting", "done")
"""`waiting`: items of it are runs of their own that are not over."""


class Upload(models.Model):
    """A file of rows. Its content is in the default storage and never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.FileField(upload_to="flowdeck/uploads/%Y/%m", max_length=500)
    name = models.CharField(max_length=255)
    """As the person called it."""
    format = models.CharField(max_length=10, choices=[(f, f) for f in FORMATS])
    content_type = models.CharField(max_length=100, blank=True, default="")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveBigIntegerField(null=True)
    """Known of files that were small enough to be read at once."""
    broken_rows = models.PositiveBigIntegerField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["-created_at"], name="upload_recent"),)

    def __str__(self) -> str:
        return self.name


class Bulk(models.Model):
    """All items of one attempt of a map node: where they come from, and how many are done."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="bulks")
    node_id = models.CharField(max_length=64)
    visit = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=[(s, s) for s in BULK_STATUSES])
    source = models.JSONField(default=dict)
    """{kind: list | upload | failed, …}; a list itself is in the node run's input."""
    max_concurrency = models.PositiveIntegerField(default=1)
    allowed_failures = models.PositiveBigIntegerField(null=True)
    """More, and the node fails. From a percentage it is made when the total is known."""
    enough = models.PositiveBigIntegerField(null=True)
    """So many successes end it."""
    cursor = models.JSONField(default=dict)
    """Where the source is read on."""
    is_expanded = models.BooleanField(default=False)
    """True when every item is in a batch."""
    total = models.PositiveBigIntegerField(default=0)
    succeeded = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    broken = models.PositiveBigIntegerField(default=0)
    """Of those that failed: rows that could not be read."""
    filtered = models.PositiveBigIntegerField(default=0)
    """Of those that succeeded."""
    result_bytes = models.PositiveBigIntegerField(default=0)
    failures_in_row = models.PositiveIntegerField(default=0)
    breaker_until = models.DateTimeField(null=True)
    """The circuit breaker is open until then, and half open after it."""
    error = models.JSONField(null=True)
    """{type, message} of what ended it before its items did."""
    worker = models.CharField(max_length=200, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    """Who reads the source or makes the result, and until when."""
    created_at = models.DateTimeField()
    told_at = models.DateTimeField()
    """When watchers last heard of its progress."""
    told_done = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["run", "node_id", "visit", "attempt"], name="bulk_attempt_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=BULK_STATUSES), name="bulk_status_is_known"
            ),
        )
        indexes = (
            models.Index(
                fields=["id"], name="bulk_active", condition=Q(status__in=("open", "finishing"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.node_id} #{self.visit}"


class Batch(models.Model):
    """Items with consecutive indexes that one worker takes at once."""

    id = models.BigAutoField(primary_key=True)
    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="batches", db_index=False)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=[(s, s) for s in BATCH_STATUSES])
    first_index = models.PositiveBigIntegerField()
    items = DocumentField()
    rows = models.JSONField(null=True)
    """Row numbers of the items, where they come from a file."""
    pending = models.JSONField()
    """[[index, attempt, due]] of the items that are not done; `due` in seconds since the epoch.

    An item whose run has been started has a fourth entry, the time of that.
    """
    results = DocumentField(default=list)
    """[[index, value]] of the items that succeeded and were kept, in order."""
    failures = models.JSONField(default=list)
    """[{index, row, attempts, type, message}], in order."""
    hand = models.UUIDField(null=True)
    """Batches that a worker claimed together, to do one after the other. A late report has another
    one."""
    crashes = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=200, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    """Before it nothing of the batch is due."""

    class Meta:
        verbose_name_plural = "batches"
        constraints = (
            models.UniqueConstraint(fields=["bulk", "number"], name="batch_number_is_unique"),
            models.CheckConstraint(
                condition=Q(status__in=BATCH_STATUSES), name="batch_status_is_known"
            ),
        )
        indexes = (
            models.Index(fields=["bulk", "status", "number"], name="batch_by_status"),
            models.Index(
                fields=["lease_until"], name="batch_leases", condition=Q(status="running")
            ),
        )

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.number}"
