"""A small catalog for the tests of the core: the built-in types and three tasks."""

from __future__ import annotations

from workflows_app.core.builtin_types import BUILTIN_TYPES
from workflows_app.core.node_types import Catalog, NodeTypeSpec
from workflows_app.core.plan import Execution

TASK_ANY = NodeTypeSpec(
    name="task:any",
    title="Any",
    description="Takes whatever it is given.",
    family="code",
    icon="cog",
    execution=Execution.WORKER,
    config_schema={"type": "object"},
)

TASK_CHECK = NodeTypeSpec(
    name="task:check_expense",
    title="Check expense",
    description="Looks at an amount.",
    family="code",
    icon="cog",
    execution=Execution.WORKER,
    config_schema={
        "type": "object",
        "properties": {
            "amount": {"type": "number", "minimum": 0, "title": "Amount"},
            "currency": {"type": "string", "enum": ["EUR", "USD"], "title": "Currency"},
        },
        "required": ["amount"],
        "additionalProperties": False,
    },
    output_schema={"type": "object"},
)

TASK_ONCE = NodeTypeSpec(
    name="task:once",
    title="Once",
    description="May not run again after a crash.",
    family="code",
    icon="cog",
    execution=Execution.WORKER,
    config_schema={"type": "object"},
    reruns_after_crash=False,
)

CATALOG: Catalog = {spec.name: spec for spec in (*BUILTIN_TYPES, TASK_ANY, TASK_CHECK, TASK_ONCE)}
