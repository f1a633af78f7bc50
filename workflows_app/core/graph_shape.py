"""Questions about directed graphs, answered in linear time and without recursion."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

Links = Mapping[str, Sequence[str]]
"""For each node the nodes that it leads to."""


def links_of(nodes: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the successors of each node, in the order of the pairs."""
    links: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in pairs:
        links[source].append(target)
    return links


def reversed_links(links: Links) -> dict[str, list[str]]:
    """Return the predecessors of each node."""
    back: dict[str, list[str]] = {node: [] for node in links}
    for source, targets in links.items():
        for target in targets:
            back[target].append(source)
    return back


def reachable(links: Links, starts: Iterable[str]) -> set[str]:
    """Return the nodes that lie on a path from one of `starts`, these included."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for target in links[waiting.pop()]:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def topological_order(links: Links) -> list[str]:
    """Return the nodes so that every link leads forward, without those on and behind a cycle."""
    degree = dict.fromkeys(links, 0)
    for targets in links.values():
        for target in targets:
            degree[target] += 1
    ready = deque(node for node, count in degree.items() if count == 0)
    order: list[str] = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for target in links[node]:
            degree[target] -= 1
            if degree[target] == 0:
                ready.append(target)
    return order


def strong_components(links: Links) -> list[list[str]]:
    """Return the strongly connected components (Tarjan 1972), each one in the order of `links`."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    components: list[list[str]] = []
    position = {node: index for index, node in enumerate(links)}
    for root in links:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(links[root]))]
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in number:
                    number[target] = low[target] = len(number)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(links[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], number[target])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == number[node]:
                    component: list[str] = []
                    while not component or component[-1] != node:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    components.append(sorted(component, key=position.__getitem__))
    components.sort(key=lambda component: position[component[0]])
    return components


def cycles(links: Links) -> list[list[str]]:
    """Return the strongly connected components that hold a cycle."""
    return [part for part in strong_components(links) if len(part) > 1 or part[0] in links[part[0]]]


def only_leading_to(goal: str, forward: Links, back: Links, loops: Links) -> frozenset[str]:
    """Return the nodes before `goal` from which every path goes through it.

    `forward` has no cycles; `loops` are the links that close them. The time depends on the answer's
    size and its surroundings, not on the whole graph.
    """
    missing: dict[str, int] = {}
    found: set[str] = set()
    waiting = [goal]
    while waiting:
        for source in back[waiting.pop()]:
            if source == goal or source in found:
                continue
            missing[source] = missing.get(source, len(forward[source])) - 1
            if missing[source] == 0:
                found.add(source)
                waiting.append(source)
    looping: defaultdict[str, list[str]] = defaultdict(list)
    for source in found:
        for target in loops[source]:
            looping[target].append(source)
    leaving = [
        source for source in found if any(t not in found and t != goal for t in loops[source])
    ]
    while leaving:
        node = leaving.pop()
        if node in found:
            found.discard(node)
            leaving += [source for source in (*back[node], *looping[node]) if source in found]
    return frozenset(found)
