"""What undoes what in a saga, and where its point of no return is."""

from __future__ import annotations

from collections.abc import Iterator

from workflows_app.core.document_saga import (
    CompensationSaga,
    SagaParallel,
    SagaStep,
    TccSaga,
)
from workflows_app.core.problems import Problem


def check_steps(document: CompensationSaga) -> Iterator[Problem]:
    """Find steps that stand where they cannot, and compensations that are missing or useless."""
    passed: SagaStep | None = None
    pivot: SagaStep | None = None
    last_pivot = _last_pivot(document)
    for index, item in enumerate(document.steps):
        if isinstance(item, SagaParallel):
            yield from _check_group(item)
            steps = item.steps
        else:
            steps = (item,)
        for step in steps:
            yield from _check_compensation(step)
            if step.step == "pivot" and pivot is not None:
                yield _problem(
                    step,
                    "several_pivots",
                    f"“{_title(step)}” is a second pivot, beside “{_title(pivot)}”.",
                    "Keep one: what comes after it is retriable.",
                    related=(pivot.id,),
                )
            elif step.step == "retriable" and index < last_pivot:
                yield _problem(
                    step,
                    "retriable_before_pivot",
                    f"“{_title(step)}” is retriable, but the pivot comes after it.",
                    "Move it behind the pivot, or make it compensatable.",
                )
            elif step.step == "compensatable" and passed is not None:
                yield _problem(
                    step,
                    "compensatable_after_pivot",
                    f"“{_title(step)}” comes after “{_title(passed)}”, when nothing is undone any "
                    "more.",
                    "Move it before, or make it retriable.",
                    related=(passed.id,),
                )
        for step in steps:
            if step.step == "pivot":
                pivot = pivot or step
            if step.step != "compensatable" and index >= last_pivot:
                passed = passed or step


def check_participants(document: TccSaga) -> Iterator[Problem]:
    """Find participants that cannot confirm or cancel what they reserved."""
    for participant in document.participants:
        title = participant.title or participant.id
        if participant.confirm_action is None:
            yield Problem(
                code="confirm_missing",
                message=f"“{title}” cannot confirm what it reserves.",
                hint="Say what confirms the reservation.",
                node_id=participant.id,
                field="confirm_action",
            )
        if participant.cancel_action is None:
            yield Problem(
                code="cancel_missing",
                message=f"“{title}” cannot cancel what it reserves.",
                hint="Say what cancels the reservation.",
                node_id=participant.id,
                field="cancel_action",
            )


def _last_pivot(document: CompensationSaga) -> int:
    """The position of the last pivot; -1 without one."""
    pivots = [index for index, item in enumerate(document.steps) if item.step == "pivot"]
    return pivots[-1] if pivots else -1


def _check_group(group: SagaParallel) -> Iterator[Problem]:
    title = group.title or group.id
    if not group.steps:
        yield Problem(
            code="empty_group",
            message=f"The parallel group “{title}” has no steps.",
            hint="Add steps to it, or delete it.",
            node_id=group.id,
            field="steps",
        )
    for step in group.steps:
        if step.step == "pivot":
            yield _problem(
                step,
                "pivot_in_group",
                f"“{_title(step)}” is a pivot within the parallel group “{title}”.",
                "Move it out: what runs beside a pivot could neither be undone nor be sure to end.",
                related=(group.id,),
            )
    if {"compensatable", "retriable"} <= {step.step for step in group.steps}:
        yield Problem(
            code="group_mixed",
            message=f"The parallel group “{title}” holds compensatable and retriable steps.",
            hint="Let all of them be of one sort.",
            node_id=group.id,
            field="steps",
        )


def _check_compensation(step: SagaStep) -> Iterator[Problem]:
    if step.step == "compensatable" and step.compensation is None:
        yield Problem(
            code="compensation_missing",
            message=f"“{_title(step)}” is not undone when the saga fails.",
            hint="Say how to undo it; where there is nothing to undo, leave it so.",
            severity="warning",
            node_id=step.id,
            field="compensation",
        )
    elif step.step != "compensatable" and step.compensation is not None:
        yield Problem(
            code="compensation_never_runs",
            message=f"“{_title(step)}” is {'a pivot' if step.step == 'pivot' else 'retriable'}: "
            "its compensation would never run.",
            hint="Remove the compensation, or make the step compensatable.",
            node_id=step.id,
            field="compensation",
        )


def _problem(
    step: SagaStep, code: str, message: str, hint: str, *, related: tuple[str, ...] = ()
) -> Problem:
    return Problem(
        code=code, message=message, hint=hint, node_id=step.id, field="step", related=related
    )


def _title(step: SagaStep) -> str:
    return step.title or step.id
