"""People who send machines their events and answer what they are asked, while all else breaks.

As a client over a bad line does, they do everything twice.
"""

from __future__ import annotations

import threading
from collections import Counter

import httpx

from tests.support.person import Person

PASSING = frozenset({502, 503})
"""The database or the server is away."""


class Hands:
    """Works in a thread of its own until it is stopped."""

    def __init__(self, operator: Person, approver: Person) -> None:
        self._operator = operator
        self._approver = approver
        self._guard = threading.Lock()
        self._events: dict[str, list[tuple[str, str]]] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.counts: Counter[str] = Counter()
        """What was done, and what was answered to what was done again."""
        self.faults: list[str] = []
        """Answers that nobody should get."""

    def start(self) -> Hands:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish what is in hand, and end."""
        self._is_over.set()
        self._thread.join()

    def send_later(self, run_id: str, events: list[tuple[str, str]]) -> None:
        """Take a machine in charge: its events, each with the state that it is for."""
        with self._guard:
            self._events[run_id] = list(events)

    def _run(self) -> None:
        while not self._is_over.wait(0.1):
            try:
                self._send_events()
                self._answer()
            except httpx.HTTPError:
                self.counts["line_broken"] += 1
            except Exception as error:  # noqa: BLE001 - told at the end of the test
                self.faults.append(repr(error))

    def _send_events(self) -> None:
        with self._guard:
            in_charge = dict(self._events)
        for run_id, events in in_charge.items():
            while events and self._send(run_id, *events[0]):
                events.pop(0)
            if not events:
                with self._guard:
                    del self._events[run_id]

    def _send(self, run_id: str, name: str, state: str) -> bool:
        """True when the machine has the event, now or since an earlier try."""
        path, body = f"/runs/{run_id}/events", {"name": name, "expect_state": state}
        first = self._try(self._operator, path, body)
        if first == 200:
            self.counts["event"] += 1
            self._try(self._operator, path, body, again=True)
            return True
        if first == 409:
            # It has left the state, or is not yet in it.
            run = self._operator.request("GET", f"/runs/{run_id}").json()
            known = {node["node_id"]: node["status"] for node in run.get("nodes", ())}
            return known.get(state) == "succeeded"
        return False

    def _answer(self) -> None:
        answer = self._approver.request("GET", "/human-tasks", params={"state": "claimable"})
        if answer.status_code != 200:
            self._judge("GET /human-tasks", answer)
            return
        for task in answer.json()["items"]:
            path, body = f"/human-tasks/{task['id']}/decide", {"outcome": "approved"}
            if self._try(self._approver, path, body) == 200:
                self.counts["decision"] += 1
                self._try(self._approver, path, body, again=True)

    def _try(self, person: Person, path: str, body: dict[str, str], *, again: bool = False) -> int:
        answer = person.request("POST", path, json=body)
        if again:
            self.counts[f"again_{answer.status_code}"] += 1
        self._judge(path, answer)
        return answer.status_code

    def _judge(self, what: str, answer: httpx.Response) -> None:
        if not answer.is_success and answer.status_code not in {*PASSING, 409}:
            self.faults.append(f"{what}: {answer.status_code} {answer.text[:500]}")
