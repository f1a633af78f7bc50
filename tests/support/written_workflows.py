"""Workflows that are written in code, as a project's `workflows.py` would hold them."""

from __future__ import annotations

from typing import Any

from workflows_app.sdk import (
    AbstractSaga,
    AbstractWorkflowNode,
    BulkOperation,
    BulkOperationConfig,
    Err,
    GateNode,
    HumanNode,
    Ok,
    Pipeline,
    Result,
    SagaStep,
    SagaStepError,
    StateMachine,
    TaskContext,
    WorkflowBuilder,
    conditional,
    parallel,
    step,
)


@step(name="validate")
async def validate(ctx: dict[str, Any]) -> Result[dict[str, Any], str]:
    """Look at the order."""
    return Ok({"total": sum(ctx["prices"])}) if ctx.get("prices") else Err("nothing was ordered")


def is_large(ctx: dict[str, Any]) -> bool:
    """More than ten."""
    return bool(ctx["validate"]["total"] > 10)


def standard(ctx: dict[str, Any]) -> str:
    """The usual way."""
    return "standard"


@conditional(name="route", condition=is_large, otherwise=standard)
async def express(ctx: dict[str, Any]) -> str:
    """The quick way."""
    return "express"


@step(name="pack", reads=["route"])
def pack(ctx: dict[str, Any]) -> str:
    """Put it into a box."""
    return f"{ctx['route']} box" if "validate" not in ctx else "read too much"


async def bill(ctx: dict[str, Any], context: TaskContext) -> dict[str, Any]:
    """Write the bill."""
    return {"total": ctx["validate"]["total"], "attempt": context.attempt}


@parallel(name="ship", steps=[pack, bill])
async def ship(ctx: dict[str, Any]) -> dict[str, Any]:
    """Send box and bill."""
    return {"sent": [ctx["pack"], ctx["bill"]], "way": ctx["route"]}


order = Pipeline([validate, express, ship], name="order")


class Fetch(AbstractWorkflowNode):
    """Fetch the items."""

    name = "fetch"

    async def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"items": list(range(state["count"]))}


class Size(GateNode):
    """Large or small?"""

    name = "size"
    branches = ("large", "small")

    def execute(self, state: dict[str, Any]) -> str:
        return "large" if len(state["items"]) > 2 else "small"


class Approve(HumanNode):
    """Ask somebody."""

    name = "approve"
    heading = "Send ${ size(nodes.fetch.items) } items?"

    async def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"approved": True}


class Send(AbstractWorkflowNode):
    """Send them."""

    name = "send"

    def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"sent": len(state["items"]), "was_approved": state.get("approved", False)}


delivery = (
    WorkflowBuilder(name="delivery")
    .add_node(Fetch())
    .add_node(Size())
    .add_node(Approve())
    .add_node(Send())
    .add_edge("fetch", "size")
    .add_edge("size", "approve", port="large")
    .add_edge("size", "send", port="small")
    .add_edge("approve", "send", port="approved")
    .build()
)


class OrderSaga(AbstractSaga):
    """Reserves the goods and takes the money."""

    name = "order_saga"

    def __init__(self) -> None:
        super().__init__()
        self.add_step(SagaStep("reserve", self._reserve, self._release))
        self.add_step(SagaStep("charge", self._charge, self._refund))
        self.add_step(SagaStep("send", self._send))

    async def _reserve(self, ctx: dict[str, Any]) -> Result[dict[str, Any], SagaStepError]:
        return Ok({"reserved": ctx["item"]})

    def _release(self, ctx: dict[str, Any]) -> dict[str, Any]:
        return {"released": ctx["reserve"]["reserved"]}

    def _charge(self, ctx: dict[str, Any]) -> dict[str, Any]:
        if ctx.get("is_poor"):
            raise SagaStepError("the account is empty")
        return {"paid": 5}

    async def _refund(self, ctx: dict[str, Any]) -> dict[str, Any]:
        return {"refunded": ctx["charge"]["paid"]}

    def _send(self, ctx: dict[str, Any]) -> Result[dict[str, Any], str]:
        return Err("no truck") if ctx.get("is_far") else Ok({"sent": ctx["reserve"]["reserved"]})


order_saga = OrderSaga()


def half(number: int) -> Result[int, str]:
    """Half of it."""
    return Err(f"{number} is odd") if number % 2 else Ok(number // 2)


halving = BulkOperation[int, int](half, BulkOperationConfig(batch_size=2), name="halving")


class OrderMachine(StateMachine):
    """From the order to the delivery."""

    name = "order_machine"

    def __init__(self) -> None:
        super().__init__(
            initial="pending",
            transitions={
                "pending": {"approve": "approved", "cancel": "cancelled"},
                "approved": {"ship": "shipped", "cancel": "cancelled"},
                "shipped": {"deliver": "delivered"},
                "cancelled": {},
                "delivered": {},
            },
        )
