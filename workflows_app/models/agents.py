"""What agents did, call by call."""

from __future__ import annotations

from django.db import models

from workflows_app.models.human import HumanTask
from workflows_app.models.runs import Run
from workflows_app.sdk.durable_steps import STEP_KINDS, STEP_STATUSES


class AgentStep(models.Model):
    """One call of a model or of a tool; what is finished is never done again."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    node_id = models.CharField(max_length=64)
    visit = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    """1, 2, 3 … within the visit, over all of its attempts."""
    attempt = models.PositiveIntegerField()
    """Who may finish it: the attempt that began it last."""
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in STEP_KINDS])
    name = models.CharField(max_length=200)
    """Of the model or the tool."""
    status = models.CharField(max_length=10, choices=[(s, s) for s in STEP_STATUSES])
    request = models.JSONField(default=dict)
    response = models.JSONField(null=True)
    usage = models.JSONField(null=True)
    """{input_tokens, output_tokens, cost} of a model's call."""
    human_task = models.ForeignKey(
        HumanTask, null=True, on_delete=models.SET_NULL, related_name="agent_steps"
    )
    """Where people were asked whether a tool may be called."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["run", "node_id", "visit", "number"], name="agent_step_is_numbered"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=STEP_STATUSES), name="agent_step_status_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.node_id} #{self.visit}.{self.number} {self.kind} {self.name}"
