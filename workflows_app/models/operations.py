"""What the engine keeps to be sure that nothing is forgotten."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from workflows_app.core.events import TimerKind
from workflows_app.models.runs import Run


class Timer(models.Model):
    """Something that happens to a run at a time."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="timers")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in TimerKind])
    node_id = models.CharField(max_length=64, blank=True, default="")
    visit = models.PositiveIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["run", "kind", "node_id", "visit"], name="timer_is_unique"
            ),
        )
        indexes = (models.Index(fields=["due_at"], name="timer_due"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.node_id} at {self.due_at:%Y-%m-%d %H:%M:%S}"


class InboxItem(models.Model):
    """An event that waits for whoever holds its run."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="inbox", db_index=False)
    event = models.JSONField()
    """An event of `workflows_app.core.events`, encoded by the store."""
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["run", "id"], name="inbox_by_run"),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.id}"


class Signal(models.Model):
    """A named message to a run. Whoever waits for it gets the payload as its output."""

    id = models.UUIDField(primary_key=True, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="signals")
    name = models.CharField(max_length=200)
    payload = models.JSONField(null=True)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.run_id} {self.name}"


class OutboxMessage(models.Model):
    """A message to the world that was decided in a transaction and is delivered after it."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=50)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True, default="")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_attempt_at"],
                name="outbox_pending",
                condition=Q(delivered_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"


class StepMemo(models.Model):
    """A result that counts again for the same work."""

    key = models.CharField(max_length=64, primary_key=True)
    """SHA-256 of node type, its version and the resolved input."""
    node_type = models.CharField(max_length=200)
    output = models.JSONField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["expires_at"], name="step_memo_expires"),)

    def __str__(self) -> str:
        return f"{self.node_type} {self.key[:12]}"


class WorkerHeartbeat(models.Model):
    """The last sign of life of a worker process."""

    name = models.CharField(max_length=200, primary_key=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    slots = models.PositiveIntegerField()
    """How many nodes it can run at once."""
    active = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["last_seen_at"], name="worker_last_seen"),)

    def __str__(self) -> str:
        return self.name
