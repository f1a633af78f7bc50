from __future__ import annotations

from workflows_app.sdk import task


@task(name="shop.price", category="Shop")
def price(net: float, tax: float = 0.19) -> float:
    """Price with tax."""
    return round(net * (1 + tax), 2)
