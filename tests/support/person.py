"""A person at the API: logged in through the page, with the token that writes need."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

from tests.support.accounts import PASSWORD
from tests.support.process import wait_until

CLOSED = frozenset({"succeeded", "failed", "cancelled", "compensated"})


class Person:
    """Calls `/api/v1` of a running stack as one user."""

    def __init__(self, base_url: str, username: str) -> None:
        self.base_url = base_url
        self.username = username
        self.client = httpx.Client(base_url=base_url, timeout=30, follow_redirects=True)
        try:
            self._log_in()
        except BaseException:
            self.close()
            raise

    def _log_in(self) -> None:
        self.client.get("/accounts/login/").raise_for_status()
        answer = self.client.post(
            "/accounts/login/",
            data={
                "username": self.username,
                "password": PASSWORD,
                "csrfmiddlewaretoken": self.client.cookies["csrftoken"],
                "next": "/health/live",
            },
            headers={"Referer": self.base_url},
        )
        assert "sessionid" in self.client.cookies, f"no log-in: {answer.status_code}"

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request below `/api/v1`, whatever the answer."""
        headers = {
            "X-CSRFToken": self.client.cookies["csrftoken"],
            "Referer": self.base_url,
            **options.pop("headers", {}),
        }
        return self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    def call(self, method: str, path: str, *, status: int | None = None, **options: Any) -> Any:
        """One request below `/api/v1`; its JSON, when it answers as expected.

        Without a `status` that is any kind of success.
        """
        answer = self.request(method, path, **options)
        is_expected = answer.is_success if status is None else answer.status_code == status
        assert is_expected, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def get(self, path: str, **options: Any) -> Any:
        """Read."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """Act."""
        return self.call("POST", path, json={} if body is None else body, **options)

    def publish(self, title: str, document: Mapping[str, Any]) -> str:
        """Create a workflow and publish its draft; returns its id."""
        body = {"title": title, "kind": document["kind"], "document": document}
        workflow = self.post("/workflows", body, status=201)
        revision = workflow["draft"]["revision"]
        self.post(f"/workflows/{workflow['id']}/publish", {"revision": revision})
        return str(workflow["id"])

    def start(self, workflow_id: str, run_input: Mapping[str, Any] | None = None) -> str:
        """Start a run; returns its id."""
        body = {"input": dict(run_input or {})}
        return str(self.post(f"/workflows/{workflow_id}/runs", body, status=201)["id"])

    def wait_for_run(self, run_id: str, *statuses: str, seconds: float = 60.0) -> dict[str, Any]:
        """Poll until the run has one of the statuses (default: any that closes it)."""
        wanted = frozenset(statuses) or CLOSED
        deadline = time.monotonic() + seconds
        while True:
            run: dict[str, Any] = self.get(f"/runs/{run_id}")
            if run["status"] in wanted:
                return run
            if run["status"] in CLOSED or time.monotonic() > deadline:
                nodes = {n["node_id"]: (n["status"], n["error"]) for n in run["nodes"]}
                raise AssertionError(f"run is {run['status']}, not {sorted(wanted)}: {nodes}")
            time.sleep(0.05)

    def wait_for_node(self, run_id: str, node_id: str, status: str = "running") -> None:
        """Poll until a node has the status. A start is told to others a moment after it."""

        def has_status() -> bool:
            nodes = self.get(f"/runs/{run_id}")["nodes"]
            return (node_id, status) in {(node["node_id"], node["status"]) for node in nodes}

        wait_until(has_status, what=f"node {node_id} {status}")

    def wait_for_human_task(self, run_id: str, *, seconds: float = 30.0) -> dict[str, Any]:
        """Poll until the run asks somebody for a decision that this person may take."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for state in ("mine", "claimable"):
                for task in self.get("/human-tasks", params={"state": state})["items"]:
                    if task["run_id"] == run_id:
                        return dict(task)
            time.sleep(0.05)
        raise AssertionError(f"no human task of run {run_id} for {self.username}")
