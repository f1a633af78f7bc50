"""`Result`: an outcome as a value, either `Ok` or `Err`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, NoReturn, TypeAlias, TypeVar

T = TypeVar("T")
U = TypeVar("U")
E = TypeVar("E")
F = TypeVar("F")


class UnwrapError(Exception):
    """The result was taken for the other kind; `value` is what it holds."""

    def __init__(self, message: str, value: Any) -> None:
        super().__init__(message)
        self.value = value


@dataclass(frozen=True, slots=True)
class Ok(Generic[T]):
    """It worked, and this is what it gave."""

    value: T

    def is_ok(self) -> Literal[True]:
        """True."""
        return True

    def is_err(self) -> Literal[False]:
        """False."""
        return False

    def unwrap(self) -> T:
        """The value."""
        return self.value

    def unwrap_err(self) -> NoReturn:
        """Never returns: there is no error.

        Raises:
            UnwrapError: Always.
        """
        raise UnwrapError(f"There is no error: the result is {self!r}.", self.value)

    def unwrap_or(self, default: object) -> T:
        """The value."""
        return self.value

    def map(self, function: Callable[[T], U]) -> Ok[U]:
        """What the function makes of the value."""
        return Ok(function(self.value))

    def map_err(self, function: Callable[[Any], object]) -> Ok[T]:
        """This result, unchanged."""
        return self

    def and_then(self, function: Callable[[T], Result[U, F]]) -> Result[U, F]:
        """What the function, which may fail itself, makes of the value."""
        return function(self.value)


@dataclass(frozen=True, slots=True)
class Err(Generic[E]):
    """It did not work, and this is why."""

    error: E

    def is_ok(self) -> Literal[False]:
        """False."""
        return False

    def is_err(self) -> Literal[True]:
        """True."""
        return True

    def unwrap(self) -> NoReturn:
        """Never returns: there is no value.

        Raises:
            UnwrapError: Always; the error is its cause where that is an exception.
        """
        cause = self.error if isinstance(self.error, BaseException) else None
        raise UnwrapError(f"There is no value: {self.error}", self.error) from cause

    def unwrap_err(self) -> E:
        """The error."""
        return self.error

    def unwrap_or(self, default: U) -> U:
        """The default."""
        return default

    def map(self, function: Callable[[Any], object]) -> Err[E]:
        """This result, unchanged."""
        return self

    def map_err(self, function: Callable[[E], F]) -> Err[F]:
        """What the function makes of the error."""
        return Err(function(self.error))

    def and_then(self, function: Callable[[Any], object]) -> Err[E]:
        """This result, unchanged."""
        return self


Result: TypeAlias = Ok[T] | Err[E]
"""What a call that can fail returns: `Result[int, str]` is `Ok[int]` or `Err[str]`."""
