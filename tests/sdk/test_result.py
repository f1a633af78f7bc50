"""`Result`: both kinds answer every question."""

from __future__ import annotations

import pytest

from workflows_app.sdk import Err, Ok, Result, UnwrapError


def half(number: int) -> Result[int, str]:
    return Ok(number // 2) if number % 2 == 0 else Err(f"{number} is odd")


def test_ok_gives_its_value():
    result = half(8)
    assert (result.is_ok(), result.is_err()) == (True, False)
    assert result.unwrap() == result.unwrap_or(0) == 4
    assert result.map(str) == Ok("4")
    assert result.map_err(len) == Ok(4)
    assert result.and_then(half) == Ok(2)
    with pytest.raises(UnwrapError, match="no error") as caught:
        result.unwrap_err()
    assert caught.value.value == 4


def test_err_gives_its_error():
    result = half(7)
    assert (result.is_ok(), result.is_err()) == (False, True)
    assert result.unwrap_err() == "7 is odd"
    assert result.unwrap_or(0) == 0
    assert result.map(str) == result
    assert result.map_err(len) == Err(8)
    assert result.and_then(half) == result
    assert half(6).and_then(half) == Err("3 is odd")


def test_unwrapping_an_error_names_it_and_keeps_the_cause():
    cause = ConnectionError("the bank is away")
    with pytest.raises(UnwrapError, match="There is no value: the bank is away") as caught:
        Err(cause).unwrap()
    assert caught.value.value is cause
    assert caught.value.__cause__ is cause
