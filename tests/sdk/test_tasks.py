"""`@task`: names, schemas from hints, texts from docstrings, and clear refusals."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel

from workflows_app.core.plan import RetryPolicy
from workflows_app.sdk import TaskContext, TaskDefinitionError, registry, task
from workflows_app.sdk.calling import InvalidArgumentsError, InvalidResultError, call_task
from workflows_app.task_types import catalog, default_config, find

CONTEXT = TaskContext(run_id=UUID(int=7), node_id="pay", visit=2, attempt=3)


@pytest.fixture(autouse=True)
def _forget_tasks() -> Iterator[None]:
    before = set(registry.registered())
    yield
    for name in set(registry.registered()) - before:
        registry.unregister(name)


def _definition(function: Any) -> Any:
    (name,) = [n for n, d in registry.registered().items() if d.function is function]
    return registry.find(name)


def test_hints_and_docstring_make_the_form():
    @task(category="Payments", icon="credit-card")
    def charge(amount: float, currency: Literal["EUR", "USD"] = "EUR") -> dict[str, str]:
        """Charge a card.

        Takes the money
        at once.

        Args:
            amount: How much,
                with cents.
            currency: ISO code.
        """
        return {"currency": currency, "amount": str(amount)}

    spec = catalog()["task:tests.sdk.test_tasks.charge"]
    assert (spec.title, spec.description) == ("Charge a card", "Takes the money at once.")
    assert (spec.category, spec.icon, spec.family) == ("Payments", "credit-card", "code")
    assert spec.config_schema["required"] == ["amount"]
    properties = spec.config_schema["properties"]
    assert properties["amount"]["type"] == "number"
    assert properties["amount"]["description"] == "How much, with cents."
    assert properties["currency"]["enum"] == ["EUR", "USD"]
    assert spec.output_schema == {"type": "object", "additionalProperties": {"type": "string"}}
    assert default_config(spec.name) == {"currency": "EUR"}
    assert charge(1.5) == {"currency": "EUR", "amount": "1.5"}


def test_names_come_from_the_app_and_can_be_chosen():
    @task(name="pay.now", title="Pay", description="At once.")
    def pay() -> None: ...

    definition = _definition(pay)
    assert (definition.type_name, definition.title, definition.description) == (
        "task:pay.now",
        "Pay",
        "At once.",
    )


def test_retry_and_crash_policies_reach_the_node_type():
    @task(
        max_attempts=4,
        retry_delay=2,
        retry_on=[ConnectionError, "Busy"],
        retry_on_crash=False,
        timeout=9,
    )
    def pay() -> None: ...

    kind: Any = find(_definition(pay).type_name)
    assert kind.retry == RetryPolicy(
        max_attempts=4, initial_delay=2, on=frozenset({"ConnectionError", "Busy"})
    )
    assert (kind.timeout_seconds, kind.spec.reruns_after_crash) == (9, False)


@dataclass
class Line:
    text: str
    price: float


class Order(BaseModel):
    number: int
    lines: list[Line]


def test_models_travel_as_json():
    @task
    def total(order: Order) -> Order:
        """Give it back."""
        assert isinstance(order.lines[0], Line)
        return order

    given = {"number": 3, "lines": [{"text": "a", "price": 1.0}]}
    assert call_task(_definition(total), {"order": given}, CONTEXT) == given


def test_a_coroutine_is_run():
    @task
    async def fetch(x: int) -> int:
        """Fetch."""
        return x + 1

    assert call_task(_definition(fetch), {"x": 1}, CONTEXT) == 2


def test_the_context_is_given_by_annotation_and_is_no_field():
    @task
    def who(me: TaskContext, x: int = 1) -> dict[str, Any]:
        """Tell."""
        me.heartbeat()
        me.progress(1, 2)
        return {"key": me.idempotency_key, "attempt": me.attempt, "abandoned": me.is_abandoned}

    definition = _definition(who)
    assert set(definition.input_schema["properties"]) == {"x"}
    assert call_task(definition, {}, CONTEXT) == {
        "key": f"{UUID(int=7)}:pay:2",
        "attempt": 3,
        "abandoned": False,
    }
    assert isinstance(CONTEXT.logger, logging.Logger)


def _missing_parameter(x) -> int:
    return 1


def _missing_return(x: int):
    return 1


def _star(*x: int) -> int:
    return 1


def _positional(x: int, /) -> int:
    return 1


def _not_json(x: logging.Logger) -> int:
    return 1


def _unknown(x: Nowhere) -> int:  # type: ignore[name-defined] # noqa: F821
    return 1


@pytest.mark.parametrize(
    "function, text",
    [
        (_missing_parameter, "parameter `x` needs a type hint"),
        (_missing_return, "needs a return type hint"),
        (_star, "cannot become fields"),
        (_positional, "positional only"),
        (_not_json, "cannot be told as JSON"),
        (_unknown, "names something unknown"),
    ],
)
def test_what_cannot_be_a_task_is_refused_at_import(function, text):
    before = dict(registry.registered())
    with pytest.raises(TaskDefinitionError, match=text) as caught:
        task(function)
    assert function.__name__ in str(caught.value)
    assert dict(registry.registered()) == before


def test_a_name_belongs_to_one_function():
    @task(name="same")
    def one() -> None: ...

    with pytest.raises(TaskDefinitionError, match="Two tasks are named “same”"):

        @task(name="same")
        def two() -> None: ...

    assert registry.registered()["same"].function is one


def test_wrong_arguments_and_results_say_so_without_their_values():
    @task
    def pay(amount: int) -> int:
        """Pay."""
        return "a secret"  # type: ignore[return-value]

    kind: Any = find(_definition(pay).type_name)
    with pytest.raises(InvalidArgumentsError, match="amount: ") as refused:
        kind.run_on_worker({"amount": "a secret"}, CONTEXT)
    assert "a secret" not in str(refused.value)
    with pytest.raises(InvalidArgumentsError, match="other: "):
        kind.run_on_worker({"amount": 1, "other": 2}, CONTEXT)
    with pytest.raises(InvalidResultError, match="result does not fit") as caught:
        kind.run_on_worker({"amount": 1}, CONTEXT)
    assert "a secret" not in str(caught.value)


def test_the_sdk_imports_without_django():
    import subprocess
    import sys

    code = (
        "import sys, workflows_app.sdk\n"
        "assert not {'django', 'celery', 'channels'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
