"""The airports data set of the PyPI package vega_datasets, read as plain CSV.

Source: U.S. Bureau of Transportation Statistics, as shipped with vega_datasets 0.9.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from workflows_app.sdk import FatalError

EARTH_RADIUS_KM = 6_371.0


@dataclass(frozen=True)
class Airport:
    """One row of the data set."""

    iata: str
    name: str
    city: str
    state: str
    country: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Selection:
    """How many airports there are, and the first few by code."""

    country: str
    count: int
    examples: list[str]


@dataclass(frozen=True)
class CoordinateCheck:
    """Airports whose coordinates cannot be right."""

    checked: int
    implausible: list[str]


@dataclass(frozen=True)
class StateCount:
    """Airports of one state."""

    state: str
    airports: int


@dataclass(frozen=True)
class Distance:
    """How far an airport is."""

    name: str
    kilometres: float


@dataclass(frozen=True)
class Extremes:
    """Names of the outermost airports."""

    north: str
    south: str
    west: str
    east: str


def read(country: str) -> Selection:
    """The airports of a country in short."""
    found = of_country(country)
    return Selection(country, len(found), [airport.iata for airport in found[:5]])


def check_coordinates(country: str) -> CoordinateCheck:
    """Airports outside of the globe's coordinates, or at its origin."""
    found = of_country(country)
    wrong = [
        airport.iata
        for airport in found
        if abs(airport.latitude) > 90
        or abs(airport.longitude) > 180
        or (airport.latitude, airport.longitude) == (0.0, 0.0)
    ]
    return CoordinateCheck(checked=len(found), implausible=wrong)


def count_by_state(country: str, *, top: int) -> list[StateCount]:
    """The states with the most airports."""
    counts = Counter(airport.state for airport in of_country(country))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [StateCount(state, count) for state, count in ranked[:top]]


def find_extremes(country: str) -> Extremes:
    """The outermost airports. East and west count from the meridian of Greenwich."""
    found = of_country(country)
    by_latitude = sorted(found, key=lambda airport: airport.latitude)
    by_longitude = sorted(found, key=lambda airport: airport.longitude)
    return Extremes(
        north=by_latitude[-1].name,
        south=by_latitude[0].name,
        west=by_longitude[0].name,
        east=by_longitude[-1].name,
    )


def distance(
    latitude: float, longitude: float, from_latitude: float, from_longitude: float
) -> float:
    """Kilometres between two places given in degrees, on a sphere (the haversine formula)."""
    north, other_north = radians(latitude), radians(from_latitude)
    half_chord = (
        sin((north - other_north) / 2) ** 2
        + cos(north) * cos(other_north) * sin(radians(longitude - from_longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half_chord))


def of_country(country: str) -> list[Airport]:
    """All airports of a country.

    Raises:
        FatalError: The data set knows none there, or is not installed.
    """
    found = [airport for airport in _all_airports() if airport.country == country]
    if not found:
        known = sorted({airport.country for airport in _all_airports()})
        raise FatalError(f"No airports in {country!r}. Known countries: {', '.join(known)}.")
    return found


@lru_cache(maxsize=1)
def _all_airports() -> tuple[Airport, ...]:
    # Not imported: the package would load pandas for what is one CSV file.
    spec = find_spec("vega_datasets")
    if spec is None or spec.origin is None:
        raise FatalError(
            "The package vega_datasets is not installed: pip install flowdeck[examples]"
        )
    path = Path(spec.origin).parent / "_data" / "airports.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Airport(
                iata=row["iata"],
                name=row["name"],
                city=row["city"],
                state=row["state"],
                country=row["country"],
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
            )
            for row in csv.DictReader(file)
        )
