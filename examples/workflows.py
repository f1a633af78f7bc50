"""Tasks of the examples: ordinary typed functions, whose hints the designer turns into forms."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from examples import airports
from workflows_app.sdk import FatalError, TaskContext, task

Category = Literal["travel", "meals", "equipment", "training", "other"]
CATEGORY_LIMITS: dict[Category, float] = {
    "travel": 2_500,
    "meals": 150,
    "equipment": 1_500,
    "training": 2_000,
    "other": 250,
}


@dataclass
class PolicyResult:
    """What the expense policy says of a claim."""

    within_policy: bool
    limit: float
    reasons: list[str]


@task(category="Expenses", icon="clipboard-check")
def check_expense_policy(
    employee: str, amount: float, category: Category, context: TaskContext, receipt: bool = True
) -> PolicyResult:
    """Check an expense against the policy.

    Compares the amount with the limit of its category and asks for a receipt.

    Args:
        employee: Who spent the money.
        amount: How much, in euros.
        category: What it was spent on.
        context: What the engine tells the task; not part of the form.
        receipt: Whether a receipt is attached.
    """
    if amount <= 0:
        raise FatalError("The amount must be more than zero.")
    limit = CATEGORY_LIMITS[category]
    reasons = []
    if amount > limit:
        reasons.append(f"{amount:.2f} is over the limit of {limit:.2f} for {category}.")
    if not receipt:
        reasons.append("There is no receipt.")
    context.logger.info("Checked the claim of %s: %d remarks", employee, len(reasons))
    return PolicyResult(within_policy=not reasons, limit=limit, reasons=reasons)


STOCK = {"lamp": 40, "desk": 12, "chair": 75}
"""Pieces of each article that the example warehouse holds."""


@dataclass
class KeptStock:
    """Pieces that are kept for an order."""

    number: str
    article: str
    quantity: int


@task(category="Orders", icon="package-check")
def reserve_stock(article: str, quantity: int, context: TaskContext) -> KeptStock:
    """Keep pieces of an article for an order.

    The reservation has the number of the order's run, so that asking twice keeps nothing twice.

    Args:
        article: What is ordered.
        quantity: How many pieces.
        context: What the engine tells the task; not part of the form.
    """
    if quantity > STOCK.get(article, 0):
        raise FatalError(f"There are only {STOCK.get(article, 0)} of “{article}”.")
    return KeptStock(number=context.run_id.hex[:8], article=article, quantity=quantity)


@task(category="Airports", icon="plane")
def read_airports(country: str, context: TaskContext) -> airports.Selection:
    """Read the airports of a country.

    The list comes with the Python package vega_datasets.

    Args:
        country: Name of the country as the data set writes it, such as USA.
        context: What the engine tells the task; not part of the form.
    """
    selection = airports.read(country)
    context.logger.info("Read %d airports of %s", selection.count, country)
    return selection


@task(category="Airports", icon="map-pin-check")
def check_coordinates(country: str) -> airports.CoordinateCheck:
    """Check that every airport has a place on the globe.

    Args:
        country: Name of the country as the data set writes it.
    """
    return airports.check_coordinates(country)


@task(category="Airports", icon="chart-column")
def count_by_state(country: str, top: int = 5) -> list[airports.StateCount]:
    """Count the airports of each state.

    Args:
        country: Name of the country as the data set writes it.
        top: How many states to return, the one with the most airports first.
    """
    return airports.count_by_state(country, top=top)


@task(category="Airports", icon="compass")
def find_extremes(country: str) -> airports.Extremes:
    """Find the northernmost, southernmost, westernmost and easternmost airport.

    Args:
        country: Name of the country as the data set writes it.
    """
    return airports.find_extremes(country)


@task(category="Airports", icon="ruler")
def measure_distance(
    name: str, latitude: float, longitude: float, from_latitude: float, from_longitude: float
) -> airports.Distance:
    """Measure how far an airport is from a place.

    Args:
        name: Name of the airport.
        latitude: Of the airport, in degrees.
        longitude: Of the airport, in degrees.
        from_latitude: Of the place, in degrees.
        from_longitude: Of the place, in degrees.
    """
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise FatalError(f"{name} is not on the globe: {latitude}, {longitude}.")
    kilometres = airports.distance(latitude, longitude, from_latitude, from_longitude)
    return airports.Distance(name, round(kilometres, 1))


@task(category="Text", icon="case-sensitive")
def count_words(text: str) -> int:
    """Count the words of a text.

    Args:
        text: What to count in.
    """
    return len(text.split())


@dataclass
class Reservation:
    """Goods that are kept for a customer."""

    number: str
    item: str
    quantity: int


@task(category="Orders", icon="package-check")
def reserve_goods(item: str, quantity: int, context: TaskContext) -> Reservation:
    """Reserve goods in the warehouse.

    Args:
        item: What is ordered.
        quantity: How many.
        context: What the engine tells the task; not part of the form.
    """
    return Reservation(f"R-{_number(context)}", item, quantity)


@task(category="Orders", icon="package-x")
def release_goods(reservation: Reservation | None, context: TaskContext) -> str:
    """Release reserved goods.

    Args:
        reservation: What was reserved; nothing when nobody knows whether it was.
        context: What the engine tells the task; not part of the form.
    """
    released = reservation.number if reservation else "whatever was reserved for the order"
    context.logger.info("Released %s", released)
    return released


@task(category="Orders", icon="credit-card", max_attempts=3, retry_delay=1)
def charge_customer(customer: str, amount: float, context: TaskContext) -> str:
    """Charge a customer, and return the receipt's number.

    Args:
        customer: Who pays.
        amount: How much, in euros.
        context: What the engine tells the task; not part of the form.
    """
    context.logger.info("Charged %s %.2f", customer, amount)
    return f"C-{_number(context)}"


@task(category="Orders", icon="undo-2")
def refund_customer(customer: str, receipt: str | None, context: TaskContext) -> str:
    """Pay a charge back.

    Args:
        customer: Who has paid.
        receipt: Number of the receipt; nothing when nobody knows whether there is one.
        context: What the engine tells the task; not part of the form.
    """
    refunded = receipt or "whatever was charged for the order"
    context.logger.info("Refunded %s: %s", customer, refunded)
    return refunded


@task(category="Orders", icon="truck")
def ship_parcel(destination: str, context: TaskContext) -> str:
    """Hand a parcel to a carrier, and return its tracking number.

    Args:
        destination: Country that it goes to. No carrier delivers to Atlantis.
        context: What the engine tells the task; not part of the form.
    """
    if destination.strip().casefold() == "atlantis":
        raise FatalError("No carrier delivers to Atlantis.")
    return f"P-{_number(context)}"


def _number(context: TaskContext) -> str:
    """The same for each attempt, so that a repeated call is the same booking."""
    return hashlib.sha256(context.idempotency_key.encode()).hexdigest()[:8].upper()
