"""The two Celery tasks. They carry nothing: what is to be done stands in the database."""

from __future__ import annotations

from celery import shared_task

from workflows_app.engine.delivery import deliver_due
from workflows_app.engine.work import this_worker
from workflows_app.outbound.dispatch import DELIVER_TASK, WORK_TASK


@shared_task(name=WORK_TASK, ignore_result=True, acks_late=False)
def work() -> None:
    """Claim and run what is ready."""
    this_worker().work()


@shared_task(name=DELIVER_TASK, ignore_result=True, acks_late=False)
def deliver() -> None:
    """Deliver messages of the outbox that are due."""
    deliver_due()
