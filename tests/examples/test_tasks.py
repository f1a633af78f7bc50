from uuid import UUID

import pytest

from examples import airports
from examples.workflows import (
    KeptStock,
    PolicyResult,
    check_expense_policy,
    count_words,
    reserve_stock,
)
from workflows_app.sdk import FatalError, TaskContext

CONTEXT = TaskContext(run_id=UUID(int=1), node_id="policy")


@pytest.mark.parametrize(
    "amount, category, receipt, expected",
    [
        (80, "meals", True, PolicyResult(True, 150, [])),
        (
            151,
            "meals",
            True,
            PolicyResult(False, 150, ["151.00 is over the limit of 150.00 for meals."]),
        ),
        (80, "meals", False, PolicyResult(False, 150, ["There is no receipt."])),
    ],
)
def test_policy(amount, category, receipt, expected):
    result = check_expense_policy(
        employee="Kim", amount=amount, category=category, context=CONTEXT, receipt=receipt
    )
    assert result == expected


def test_policy_refuses_amounts_that_cannot_be_spent():
    with pytest.raises(FatalError, match="more than zero"):
        check_expense_policy(employee="Kim", amount=0, category="meals", context=CONTEXT)


def test_stock_is_reserved_as_far_as_there_is_any():
    kept = reserve_stock(article="desk", quantity=12, context=CONTEXT)
    assert kept == KeptStock("00000000", "desk", 12)
    with pytest.raises(FatalError, match="only 12"):
        reserve_stock(article="desk", quantity=13, context=CONTEXT)


def test_airports_are_those_of_the_data_set():
    assert airports.read("USA") == airports.Selection(
        "USA", 3372, ["00M", "00R", "00V", "01G", "01J"]
    )
    assert airports.check_coordinates("USA") == airports.CoordinateCheck(3372, [])
    assert airports.count_by_state("USA", top=2) == [
        airports.StateCount("AK", 263),
        airports.StateCount("TX", 209),
    ]
    assert airports.find_extremes("USA").north == "Wiley Post Will Rogers Memorial"


def test_unknown_country_names_the_known_ones():
    with pytest.raises(FatalError, match="USA"):
        airports.read("Atlantis")


def test_words():
    assert count_words("one two  three\nfour") == 4
