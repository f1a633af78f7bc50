"""What a failure would lead to, for the editor."""

from __future__ import annotations

from uuid import UUID

from workflows_app import task_types
from workflows_app.contracts.actor import Actor
from workflows_app.contracts.operations import DrilledUndo, FailureDrill
from workflows_app.contracts.permissions import require
from workflows_app.contracts.problems import problem_items
from workflows_app.core.compile import compile_document
from workflows_app.core.drill import compensations_after_failure_of
from workflows_app.core.parse import parse_document
from workflows_app.core.problems import InvalidDocument
from workflows_app.errors import (
    DocumentInvalidError,
    FieldError,
    InvalidInputError,
    NotFoundError,
)
from workflows_app.models import Draft


def drill_failure(
    *, user: Actor, workflow_id: UUID | None, document: object, step_id: str
) -> FailureDrill:
    """What would be undone, and in which order, if a step of a saga failed. Changes nothing.

    Args:
        user: Who asks; needs `view_workflow`.
        workflow_id: Whose draft to look at, when no document is given.
        document: The document on the screen.
        step_id: The step, or the participant, whose try fails.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        NotFoundError: there is no such workflow.
        DocumentInvalidError: the document cannot run; `errors` holds its problems.
        InvalidInputError: it is no saga, or has no such step.
    """
    require(user, "view_workflow")
    shown = document if document is not None else _draft_document(workflow_id)
    try:
        plan = compile_document(parse_document(shown), task_types.catalog())
    except InvalidDocument as error:
        items = [item.model_dump(mode="json") for item in problem_items(error.problems)]
        message = f"Only a saga that can run can be drilled. {error}"
        raise DocumentInvalidError(message, errors=items) from error
    try:
        drill = compensations_after_failure_of(plan, step_id)
    except ValueError as error:
        message = f"'{step_id}' is not a step of a saga."
        steps = ", ".join(node for node in list(plan.nodes)[:20] if not node.startswith("_"))
        hint = f"Use one of: {steps}." if plan.undoes_on_failure else "Send a saga."
        problem = FieldError("step_id", message, hint, "unknown_step")
        raise InvalidInputError(message, errors=[problem]) from error
    return FailureDrill(
        outcome=drill.outcome,
        groups=[
            [
                DrilledUndo(step_id=step, node_id=undo, title=plan.nodes[undo].title)
                for step, undo in group
            ]
            for group in drill.groups
        ],
    )


def _draft_document(workflow_id: UUID | None) -> object:
    draft = Draft.objects.filter(workflow_id=workflow_id).first() if workflow_id else None
    if draft is None:
        raise NotFoundError("There is no such workflow.")
    return draft.document
