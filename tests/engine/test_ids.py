"""Ids that lie side by side in the indexes."""

from __future__ import annotations

import time

from workflows_app.store.ids import new_id


def test_ids_are_of_version_7_and_tell_when_they_were_made():
    before = time.time_ns() // 1_000_000
    made = [new_id() for _ in range(200)]
    after = time.time_ns() // 1_000_000
    assert {(made_one.version, made_one.variant) for made_one in made} == {
        (7, "specified in RFC 4122")
    }
    assert all(before <= made_one.int >> 80 <= after for made_one in made)
    assert len(set(made)) == len(made)


def test_later_ids_come_later(monkeypatch):
    now = 1_700_000_000_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: now)
    earlier = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: now + 1_000_000)
    assert earlier < new_id()


def test_all_bits_behind_the_time_are_random():
    made = [new_id().int for _ in range(400)]
    fixed = (0xF << 76) | (0b11 << 62)
    for bit in range(80):
        if not fixed >> bit & 1:
            assert len({number >> bit & 1 for number in made}) == 2
