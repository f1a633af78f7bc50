import pytest

from benchmarks.decide_chain import measure


@pytest.mark.slow
def test_a_step_of_a_long_chain_costs_no_more_than_one_of_a_short_chain():
    assert measure()["ratio"] <= 1.3
