"""Templates as workflows: what a first installation shows."""

from __future__ import annotations

from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.selectors.templates import get_template_document, list_templates
from workflows_app.selectors.workflow_names import taken_names
from workflows_app.services.publishing import publish_workflow
from workflows_app.services.workflows import create_workflow, update_workflow

FIRST_REVISION = 1


def load_missing_templates(*, actor: Actor) -> list[str]:
    """Create and publish a workflow for each template that has none of its name; their titles.

    A workflow that is there is left alone, whatever became of it: it may be somebody's work.

    Raises:
        PermissionDeniedError: the actor may not create or publish workflows.
    """
    templates = list_templates()
    taken = taken_names([template.id for template in templates])
    loaded: list[str] = []
    # The last one loaded is the first in the list, which shows the youngest first.
    for template in reversed([t for t in templates if t.id not in taken]):
        with transaction.atomic():
            workflow_id = create_workflow(
                actor=actor,
                title=template.title,
                document=get_template_document(template_id=template.id),
            )
            update_workflow(actor=actor, workflow_id=workflow_id, description=template.description)
            publish_workflow(
                actor=actor, workflow_id=workflow_id, revision=FIRST_REVISION, note="Example"
            )
        loaded.insert(0, template.title)
    return loaded
