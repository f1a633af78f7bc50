"""What calls of a model used, and what they cost by the prices on the connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TOKENS_OF_A_PRICE = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, and their cost where the model has a price."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None

    def __add__(self, other: Usage) -> Usage:
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            round(sum(costs), 10) if costs else None,
        )

    def told(self) -> dict[str, Any]:
        """As outputs and journals hold it."""
        return {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": self.cost,
        }


def priced(settings: Mapping[str, Any], model: str, input_tokens: int, output_tokens: int) -> Usage:
    """The usage of one call, with its cost by `settings.prices`."""
    price = (settings.get("prices") or {}).get(model)
    if price is None:
        return Usage(input_tokens, output_tokens)
    cost = (input_tokens * price["input"] + output_tokens * price["output"]) / _TOKENS_OF_A_PRICE
    return Usage(input_tokens, output_tokens, round(cost, 10))
