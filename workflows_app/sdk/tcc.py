"""Try, confirm, cancel: sagas that reserve first, and then keep all reservations or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows_app.core import document_saga
from workflows_app.core.document import Retry, Settings
from workflows_app.core.document_saga import SagaAction
from workflows_app.sdk.context_task import context_config, type_of
from workflows_app.sdk.names import require_id
from workflows_app.sdk.saga import RunnableSaga
from workflows_app.sdk.saga_actions import SagaFunction, register_action


@dataclass(frozen=True, slots=True)
class TccStep:
    """Somebody who reserves, and then confirms the reservation or cancels it."""

    name: str
    """What the others find the reservation under."""
    reserve: SagaFunction | SagaAction
    """The try: a function, a method of the saga, or a node type with its config."""
    confirm: SagaFunction | SagaAction
    """May read what every participant reserved."""
    cancel: SagaFunction | SagaAction
    """May read its own reservation, which is null where nobody knows whether it was made."""
    title: str = ""
    retry: Retry | None = None
    """Of the try."""
    timeout: float | None = None
    """Seconds after which an attempt of the try is given up."""

    def __post_init__(self) -> None:
        require_id(self.name)


class TccSaga(RunnableSaga):
    """All participants reserve side by side; then all confirm, or all cancel."""

    def __init__(
        self,
        participants: Iterable[TccStep] = (),
        *,
        name: str = "",
        description: str = "",
        reservation_timeout: float | None = None,
        timeout: float | None = None,
        vars: Mapping[str, Any] | None = None,
        input_schema: Mapping[str, Any] | None = None,
        output: Any = None,
    ) -> None:
        """Begin a saga.

        Args:
            participants: Who reserves.
            name: What it is registered under; the class's `name` by default.
            description: What it is for.
            reservation_timeout: Seconds for all tries; when they are over, all are cancelled.
            timeout: Seconds after which the whole run fails.
            vars: Constants that expressions read as `vars.<name>`.
            input_schema: JSON Schema of the object that a run is started with.
            output: What it returns; by default what each confirm returned, by participant.
        """
        self.name = name or getattr(type(self), "name", "")
        self._description = description
        self._reservation = reservation_timeout
        self._settings = Settings(timeout_seconds=timeout)
        self._vars = dict(vars or {})
        self._input_schema = dict(input_schema or {})
        self._output = output
        self._participants: list[TccStep] = []
        for participant in participants:
            self.add_participant(participant)

    def add_participant(self, participant: TccStep) -> TccSaga:
        """Add somebody who reserves; returns the saga.

        Raises:
            ValueError: There is a participant of that name already.
        """
        if any(each.name == participant.name for each in self._participants):
            raise ValueError(
                f"There is a participant “{participant.name}” already. Give this one a name of "
                "its own."
            )
        self._participants.append(participant)
        return self

    def to_document(self) -> document_saga.TccSaga:
        """The document that the canvas shows and that runs."""
        return document_saga.TccSaga(
            kind="saga",
            mode="tcc",
            description=self._description,
            vars=self._vars,
            settings=self._settings,
            input_schema=self._input_schema,
            output=self._output,
            participants=tuple(self._drawn(each) for each in self._participants),
            reservation_seconds=self._reservation,
        )

    def _drawn(self, step: TccStep) -> document_saga.TccParticipant:
        everybody = [each.name for each in self._participants]
        reserve = self._action(step.reserve, [])
        changes = {"retry": step.retry, "timeout_seconds": step.timeout}
        given = {name: value for name, value in changes.items() if value is not None}
        return document_saga.TccParticipant(
            id=step.name,
            title=step.title,
            try_action=reserve.model_copy(update=given),
            confirm_action=self._action(step.confirm, everybody),
            cancel_action=self._action(step.cancel, [step.name]),
        )

    def _action(self, action: SagaFunction | SagaAction, known: Sequence[str]) -> SagaAction:
        if isinstance(action, SagaAction):
            return action
        results = {name: f"${{ nodes.{name} }}" for name in known}
        return SagaAction(
            type=type_of(register_action(action, self)),
            config=context_config([results] if results else []),
        )
