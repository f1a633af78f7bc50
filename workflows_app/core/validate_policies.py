"""Policies of a step: what it cancels, what it may only run beside, whether it is remembered."""

from __future__ import annotations

from collections.abc import Iterator

from workflows_app.core import graph_shape
from workflows_app.core.document import Node
from workflows_app.core.plan import Execution
from workflows_app.core.problems import Problem, did_you_mean
from workflows_app.core.validate_graph import Drawing


def check_policies(drawing: Drawing) -> Iterator[Problem]:
    """Find policies that name nothing, contradict each other or can never be met."""
    for node in drawing.nodes.values():
        yield from _check_cancels(drawing, node)
        yield from _check_only_while(drawing, node)
        if node.join.mode == "each" and node.join.rest == "cancel":
            yield Problem(
                code="join_without_rest",
                message=f"“{drawing.title(node.id)}” starts for each way that arrives, so that no "
                "rest is left to cancel.",
                hint="Set the rest to “absorb”, or start with the first way (“any”).",
                node_id=node.id,
                field="join.rest",
            )
        spec = drawing.specs.get(node.id)
        if node.memo is not None and spec is not None and spec.execution is not Execution.WORKER:
            yield Problem(
                code="memo_without_work",
                message=f"“{drawing.title(node.id)}” cannot take an earlier result: what people, "
                "time and gates decide, they decide anew each time.",
                hint="Remove “memo”; it is for steps that workers run.",
                node_id=node.id,
                field="memo",
            )
    yield from _check_milestones_come_first(drawing)


def _check_cancels(drawing: Drawing, node: Node) -> Iterator[Problem]:
    for index, other in enumerate(node.cancels):
        field = f"cancels.{index}"
        if other not in drawing.nodes:
            yield _unknown(drawing, node, other, field)
        elif other == node.id:
            yield Problem(
                code="cancels_itself",
                message=f"“{drawing.title(node.id)}” cancels itself.",
                hint="Remove it from the steps that it cancels.",
                node_id=node.id,
                field=field,
            )


def _check_only_while(drawing: Drawing, node: Node) -> Iterator[Problem]:
    milestone = drawing.nodes.get(node.only_while or node.id)
    if milestone is None:
        yield _unknown(drawing, node, str(node.only_while), "only_while")
    elif milestone is not node and node.exclusive and milestone.exclusive == node.exclusive:
        yield Problem(
            code="milestone_excludes_step",
            message=f"“{drawing.title(node.id)}” may only run beside "
            f"“{drawing.title(milestone.id)}”, and may not, since both are in the group "
            f"“{node.exclusive}”.",
            hint="Take one of the two out of the group, or drop the condition.",
            node_id=node.id,
            field="only_while",
            related=(milestone.id,),
        )


def _check_milestones_come_first(drawing: Drawing) -> Iterator[Problem]:
    """Find steps that would wait for a milestone behind them, or come behind it themselves."""
    conditions = [
        (node.only_while, node.id)
        for node in drawing.nodes.values()
        if node.only_while is not None and node.only_while in drawing.nodes
    ]
    if not conditions:
        return
    for milestone, node_id in conditions:
        if milestone != node_id and node_id in graph_shape.reachable(drawing.forward, [milestone]):
            yield Problem(
                code="milestone_already_over",
                message=f"“{drawing.title(node_id)}” may only run beside "
                f"“{drawing.title(milestone)}”, and comes behind it.",
                hint="Draw it on a path beside that step: what comes behind it is passed by.",
                severity="warning",
                node_id=node_id,
                field="only_while",
                related=(milestone,),
            )
    drawn = [(source, target) for source in drawing.nodes for target in drawing.forward[source]]
    links = graph_shape.links_of(drawing.nodes, [*drawn, *conditions])
    for part in graph_shape.cycles(links):
        for milestone, node_id in conditions:
            if milestone in part and node_id in part:
                yield Problem(
                    code="milestone_never_reached",
                    message=f"“{drawing.title(node_id)}” may only run beside "
                    f"“{drawing.title(milestone)}”, which itself comes after it.",
                    hint="Name a step that starts without it.",
                    node_id=node_id,
                    field="only_while",
                    related=(milestone,),
                )


def _unknown(drawing: Drawing, node: Node, name: str, field: str) -> Problem:
    near = did_you_mean(name, drawing.nodes)
    return Problem(
        code="policy_names_unknown_node",
        message=f"“{drawing.title(node.id)}” names the step “{name}”, which does not exist.",
        hint=f"Did you mean “{near}”?" if near else "Name a step of this workflow, or remove it.",
        node_id=node.id,
        field=field,
    )
