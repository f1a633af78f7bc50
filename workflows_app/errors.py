"""The exception tree: each error has a stable code, a message for people and, if useful, fields.

The mapping to HTTP stands in `workflows_app.api.problems` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, and how to mend it."""

    field: str
    message: str
    hint: str = ""
    code: str = ""


class FlowdeckError(Exception):
    """Base of everything that this app raises on purpose."""

    code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        errors: Sequence[FieldError | Mapping[str, Any]] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.errors = tuple(errors)
        self.extra = dict(extra or {})


class NotFoundError(FlowdeckError):
    """There is no such thing, or it is not for you to see."""

    code = "not_found"


class PermissionDeniedError(FlowdeckError):
    """You may not do this."""

    code = "permission_denied"


class NotAssignedError(PermissionDeniedError):
    """The human task is not yours to decide."""

    code = "not_assigned"


class InvalidInputError(FlowdeckError):
    """The request is well formed but its content is wrong."""

    code = "invalid_input"


class DocumentInvalidError(InvalidInputError):
    """The document cannot run; `errors` holds its problems."""

    code = "document_invalid"


class UnsupportedKindError(InvalidInputError):
    """Documents of that kind cannot be used in this way."""

    code = "unsupported_kind"


class RunInputError(InvalidInputError):
    """The run's input breaks the start node's schema."""

    code = "run_input_invalid"


class UploadRefusedError(InvalidInputError):
    """The file is of no known format, or holds no rows."""

    code = "upload_refused"


class UploadTooLargeError(FlowdeckError):
    """The file is larger than `FLOWDECK_UPLOAD_MAX_BYTES`."""

    code = "upload_too_large"


class StorageFullError(FlowdeckError):
    """There is no room for the file, and nothing of it was kept."""

    code = "storage_full"


class UnknownSignalError(InvalidInputError):
    """No node of the run waits for a signal of that name."""

    code = "unknown_signal"


class ConflictError(FlowdeckError):
    """The thing is not in the state that this needs."""

    code = "conflict"


class RevisionConflictError(ConflictError):
    """Somebody saved the draft in the meantime; `extra["current"]` is theirs."""

    code = "revision_conflict"


class AlreadyDecidedError(ConflictError):
    """The human task was decided before; `extra["decision"]` tells by whom."""

    code = "already_decided"


class RunClosedError(ConflictError):
    """The run is over."""

    code = "run_closed"


class EventNotAcceptedError(ConflictError):
    """No active state takes the event; `extra["accepted"]` lists the events that are taken now."""

    code = "event_not_accepted"


class StaleMachineError(ConflictError):
    """The machine is elsewhere than expected; `extra` tells its states and its revision."""

    code = "stale_machine"


class NotPublishedError(ConflictError):
    """The workflow has no published version to run."""

    code = "not_published"


class WorkflowVersionMismatchError(ConflictError):
    """A run was asked to continue on another version than the one it is pinned to."""

    code = "workflow_version_mismatch"


class TaskError(FlowdeckError):
    """Base of the errors that a task raises to tell the engine what to do."""

    code = "task_error"

    def __init__(self, message: str, *, is_outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.is_outcome_unknown = is_outcome_unknown
        """True: the work may have been done all the same, so a saga undoes the step."""


class RetryableError(TaskError):
    """Try again, whatever the node's policy says about this type. `retry_after` is in seconds."""

    code = "retryable"

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        is_outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message, is_outcome_unknown=is_outcome_unknown)
        self.retry_after = retry_after


class FatalError(TaskError):
    """Trying again cannot help."""

    code = "fatal"
