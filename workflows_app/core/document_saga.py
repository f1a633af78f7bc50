"""Document models of sagas: actions with their undo, and reservations with confirm and cancel.

A saga that fails leaves no trace: what its steps did is undone, newest first. After the point of
no return (its pivot, or the last step before its first retriable one) nothing is undone any more,
and it only goes forward.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, JsonValue, Tag

from workflows_app.core.document import (
    BaseDocument,
    DocumentModel,
    NodeId,
    PositiveSeconds,
    Retry,
)


class SagaAction(DocumentModel):
    """What a step, its compensation or a participant does: one node type with its settings."""

    type: str = Field(min_length=1, max_length=200)
    config: dict[str, JsonValue] = Field(default_factory=dict)
    retry: Retry | None = None
    """None: as the task says. Where that says nothing, whatever may not fail (compensations,
    retriable steps, confirm and cancel) has three attempts, and everything else has one."""
    timeout_seconds: PositiveSeconds | None = None
    """For each attempt."""


class SagaStep(DocumentModel):
    """One action, and how to undo it."""

    step: Literal["compensatable", "pivot", "retriable"] = "compensatable"
    """`pivot`: once it has succeeded nothing is undone. `retriable`: comes after the pivot and only
    goes forward; when its retries are used up, a person is asked."""
    id: NodeId
    title: str = Field(default="", max_length=200)
    action: SagaAction
    compensation: SagaAction | None = None
    """May read the output of its own step, which is null where it is not known whether the step
    happened, and of earlier ones. Steps of the other two sorts have none."""


class SagaParallel(DocumentModel):
    """Steps side by side; all must succeed, and all are undone together."""

    step: Literal["parallel"]
    id: NodeId
    title: str = Field(default="", max_length=200)
    steps: tuple[SagaStep, ...] = ()


def _sort_of_item(value: Any) -> str:
    step = value.get("step") if isinstance(value, Mapping) else getattr(value, "step", None)
    return "saga_parallel" if step == "parallel" else "saga_step"


SagaItem = Annotated[
    Annotated[SagaStep, Tag("saga_step")] | Annotated[SagaParallel, Tag("saga_parallel")],
    Discriminator(_sort_of_item),
]


class SagaBase(BaseDocument):
    """What both modes share."""

    kind: Literal["saga"]
    input_schema: dict[str, JsonValue] = Field(default_factory=dict)
    output: JsonValue = None
    """What a succeeded run returns; may hold `${ }`. None: the output of the last step; in mode
    `tcc` an object of what each participant's confirm returned."""


class CompensationSaga(SagaBase):
    """Steps in order, each with its compensation."""

    mode: Literal["compensation"] = "compensation"
    steps: tuple[SagaItem, ...] = ()


class TccParticipant(DocumentModel):
    """Somebody who reserves first, and then either confirms or cancels the reservation."""

    id: NodeId
    title: str = Field(default="", max_length=200)
    try_action: SagaAction
    confirm_action: SagaAction | None = None
    cancel_action: SagaAction | None = None
    """Both are needed to run; a draft may lack them. Confirm may read what every try returned,
    cancel what its own try returned: null where it is not known whether the try happened."""


class TccSaga(SagaBase):
    """All participants reserve side by side; then all confirm, or all cancel."""

    mode: Literal["tcc"]
    participants: tuple[TccParticipant, ...] = ()
    reservation_seconds: PositiveSeconds | None = None
    """Time for all tries, from the start of the run; when it is over, all are cancelled."""


def _mode_of_saga(value: Any) -> Any:
    """A saga that does not say its mode compensates."""
    if isinstance(value, Mapping):
        return value.get("mode", "compensation")
    return getattr(value, "mode", None)


SagaDocument = Annotated[
    Annotated[CompensationSaga, Tag("compensation")] | Annotated[TccSaga, Tag("tcc")],
    Discriminator(_mode_of_saga),
]
