"""Nodes that are kept back although nobody paused the run.

A node with `exclusive` waits until no other node of its group is under way; whoever became ready
first goes first. A node in a bounded lane waits while as many other lanes of its group are under
way as may be; a lane that has begun goes on. A node with `only_while` waits for its milestone: it
starts only while that node is under way, and is withdrawn when the milestone is over before it
began.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from workflows_app.core.plan import Lane, Plan
from workflows_app.core.state import ActiveNode, NodeStatus, VisitKey

Frontier = Mapping[VisitKey, ActiveNode]

_HAS_BEGUN = frozenset({NodeStatus.RUNNING, NodeStatus.RETRYING})


def may_start(plan: Plan, frontier: Frontier, candidate: ActiveNode) -> bool:
    """True unless the milestone has not been reached, or the group or its lanes are busy.

    A further attempt needs no milestone: the node has begun. A node that becomes ready now lets
    those of its group go first that are kept back already.
    """
    node = plan.nodes[candidate.node]
    waits_for = node.only_while if candidate.attempt == 1 else None
    if waits_for is not None and not _is_under_way(frontier, waits_for):
        return False
    if not all(_has_room(plan, frontier, candidate, lane) for lane in node.lanes):
        return False
    key = (candidate.node, candidate.visit)
    is_new = key not in frontier
    return not node.exclusive or not any(
        plan.nodes[other.node].exclusive == node.exclusive
        and (is_new or other.status is not NodeStatus.HELD)
        and (other.node, other.visit) != key
        for other in frontier.values()
    )


def _has_room(plan: Plan, frontier: Frontier, candidate: ActiveNode, lane: Lane) -> bool:
    """True when the lane is under way already, or not too many others of its group are."""
    under_way = {
        other.number
        for active in frontier.values()
        if active.status is not NodeStatus.HELD
        for other in plan.nodes[active.node].lanes
        if other.group == lane.group
    }
    return lane.number in under_way or len(under_way) < lane.limit


def is_too_late(plan: Plan, frontier: Frontier, passed: Container[str], node_id: str) -> bool:
    """True when the node's milestone is over."""
    milestone = plan.nodes[node_id].only_while
    return milestone is not None and milestone in passed and not _is_under_way(frontier, milestone)


def has_begun(candidate: ActiveNode) -> bool:
    """True when the node goes on whatever becomes of its milestone."""
    return candidate.attempt > 1 or candidate.status in _HAS_BEGUN


def _is_under_way(frontier: Frontier, node_id: str) -> bool:
    return any(
        active.node == node_id and active.status is not NodeStatus.HELD
        for active in frontier.values()
    )
