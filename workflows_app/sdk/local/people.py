"""People of local runs: what they are asked, and who answers for them."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workflows_app.core.builtin_types import DEFAULT_OUTCOMES
from workflows_app.core.plan import PlanNode
from workflows_app.errors import InvalidInputError
from workflows_app.sdk.shell.answers import errors_of_answer


@dataclass(frozen=True, slots=True)
class Question:
    """What a human node asks."""

    node: str
    visit: int
    heading: str
    instructions: str
    data: Mapping[str, Any]
    """The facts to decide upon."""
    outcomes: Sequence[Mapping[str, Any]]
    form_schema: Mapping[str, Any] | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    """What the run has come to so far; see `Execution.final_state`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answers."""

    outcome: str
    comment: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    by: str = "local"
    """User name of whoever answers."""


Reply = Answer | str | None
"""An answer, the id of its outcome alone, or None: nobody answers yet."""

People = Mapping[str, Reply] | Callable[[Question], Reply | Awaitable[Reply]]
"""Answers by node id, or a function that is asked each question."""


def question_of(
    node: PlanNode, visit: int, config: Mapping[str, Any], state: Mapping[str, Any]
) -> Question:
    """The question that a human node's resolved config asks."""
    return Question(
        node=node.id,
        visit=visit,
        heading=str(config.get("heading") or node.title),
        instructions=str(config.get("instructions") or ""),
        data=config.get("data") or {},
        outcomes=config.get("outcomes") or DEFAULT_OUTCOMES,
        form_schema=config.get("form_schema"),
        state=state,
    )


async def answer_to(question: Question, people: People | None) -> Answer | None:
    """What somebody answers; None when nobody does.

    Raises:
        InvalidInputError: The inbox would refuse the answer.
    """
    if people is None:
        return None
    if isinstance(people, Mapping):
        reply = people.get(question.node)
    else:
        told = people(question)
        reply = await told if inspect.isawaitable(told) else told
    if reply is None:
        return None
    answer = Answer(reply) if isinstance(reply, str) else reply
    errors = errors_of_answer(
        outcomes=question.outcomes,
        form_schema=question.form_schema,
        outcome=answer.outcome,
        comment=answer.comment,
        data=answer.data,
    )
    if errors:
        first = errors[0]
        raise InvalidInputError(
            f"The answer to “{question.node}” is refused: {first.field} {first.message}. "
            f"{first.hint}",
            errors=errors,
        )
    return answer


def output_of(answer: Answer, now: float) -> dict[str, Any]:
    """The output of an answered human node."""
    return {
        "outcome": answer.outcome,
        "comment": answer.comment.strip(),
        "data": dict(answer.data),
        "decided_by": answer.by,
        "decided_at": datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z"),
    }
