"""The browser's half of the law of the journal, in Python: a snapshot folded with events."""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]

_STATUS_OF = {
    "run.started": "running",
    "run.running": "running",
    "run.resumed": "running",
    "run.waiting": "waiting",
    "run.paused": "paused",
    "run.succeeded": "succeeded",
    "run.failed": "failed",
    "run.cancelled": "cancelled",
    "run.compensating": "compensating",
    "run.needs_attention": "needs_attention",
    "run.compensated": "compensated",
}


class Watcher:
    """What a browser knows of one run."""

    def __init__(self) -> None:
        self.seq: int | None = None
        self.head: Json = {}
        self.nodes: dict[tuple[str, int], Json] = {}
        self.snapshots = 0

    def take(self, frame: Json) -> bool:
        """Take in a frame; False when events before it are missing."""
        if frame["type"] == "snapshot":
            if self.seq is None or frame["seq"] >= self.seq:
                self.snapshots += 1
                run = copy.deepcopy(frame["run"])
                self.seq = frame["seq"]
                self.nodes = {(n["node_id"], n["visit"]): n for n in run.pop("nodes")}
                self.head = {name: run[name] for name in _HEAD}
            return True
        if frame["type"] != "events":
            return True
        news = [event for event in frame["events"] if event["seq"] > (self.seq or 0)]
        if self.seq is None or (news and news[0]["seq"] != self.seq + 1):
            return False
        for event in news:
            assert event["seq"] == self.seq + 1
            self.seq = event["seq"]
            self._fold(event)
        if self.seq == frame["seq"]:
            self.head.update({name: frame["run"][name] for name in _HEAD})
        return True

    def _fold(self, event: Json) -> None:
        if event["type"] in _STATUS_OF:
            self.head["status"] = _STATUS_OF[event["type"]]
        if event["type"] == "run.migrated":
            names = event["data"]["mapping"]
            moved = [(names.get(n["node_id"], n["node_id"]), n) for n in self.nodes.values()]
            self.nodes = {(name, n["visit"]): {**n, "node_id": name} for name, n in moved}
        if event["node_id"] is None:
            return
        key = (event["node_id"], event["visit"])
        node = self.nodes.get(key) or _new_node(event)
        change = _FOLDS.get(event["type"])
        if change is not None:
            self.nodes[key] = {**node, **change(node, event)}


def shown(nodes: dict[tuple[str, int], Json]) -> dict[tuple[str, int], Json]:
    """Without the times that only the row knows: nodes that the engine runs are told once, done."""
    hidden = {"queued_at", "started_at"}
    return {key: {k: v for k, v in n.items() if k not in hidden} for key, n in nodes.items()}


_HEAD = ("status", "started_at", "finished_at", "error", "output")


def _new_node(event: Json) -> Json:
    return {
        "node_id": event["node_id"],
        "visit": event["visit"],
        "status": "queued",
        "attempt": 1,
        "ports": [],
        "queued_at": event["at"],
        "started_at": None,
        "finished_at": None,
        "error": None,
        "waiting": None,
        "progress": None,
        "retry_at": None,
        "is_reused": False,
    }


def _finished(status: str, event: Json) -> Json:
    return {
        "status": status,
        "finished_at": event["at"],
        "attempt": event["data"].get("attempt"),
        "ports": event["data"].get("ports", []),
        "waiting": None,
        "progress": None,
        "retry_at": None,
    }


def _drop_none(change: Json) -> Json:
    return {k: v for k, v in change.items() if not (k == "attempt" and v is None)}


_FOLDS: dict[str, Any] = {
    "node.queued": lambda n, e: {
        "status": "queued",
        "attempt": e["data"]["attempt"],
        "queued_at": e["at"],
        "waiting": None,
        "progress": None,
        "retry_at": None,
    },
    "node.held": lambda n, e: {
        "status": "held",
        "attempt": e["data"]["attempt"],
        "waiting": None,
        "retry_at": None,
    },
    "node.started": lambda n, e: {
        "status": "running",
        "attempt": e["data"]["attempt"],
        "started_at": n["started_at"] or e["at"],
    },
    "node.waiting": lambda n, e: {
        "status": "waiting",
        "attempt": e["data"]["attempt"],
        "started_at": n["started_at"] or e["at"],
        "waiting": {
            "kind": e["data"]["kind"],
            "for": e["data"].get("for", []),
            "since": e["at"],
            "until": e["data"].get("until"),
            "human_task_id": e["data"].get("human_task_id"),
            "run_id": e["data"].get("run_id"),
        },
    },
    "node.retrying": lambda n, e: {
        "status": "retrying",
        "attempt": e["data"]["attempt"],
        "error": e["data"]["error"],
        "retry_at": e["data"]["retry_at"],
        "waiting": None,
        "progress": None,
    },
    "node.succeeded": lambda n, e: _drop_none({**_finished("succeeded", e), "error": None}),
    "node.failed": lambda n, e: _drop_none({**_finished("failed", e), "error": e["data"]["error"]}),
    "node.skipped": lambda n, e: _drop_none(_finished("skipped", e)),
    "node.cancelled": lambda n, e: _drop_none(_finished("cancelled", e)),
    "node.reused": lambda n, e: _drop_none({**_finished("succeeded", e), "is_reused": True}),
    "node.compensated": lambda n, e: {"status": "compensated"},
    "node.gave_up": lambda n, e: {
        "status": "needs_attention",
        "attempt": e["data"]["attempt"],
        "error": e["data"]["error"],
        "waiting": None,
        "progress": None,
        "retry_at": None,
    },
    "node.memoized": lambda n, e: {"is_reused": True},
    "node.progress": lambda n, e: {"progress": e["data"]},
}
