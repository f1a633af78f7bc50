"""Runs every benchmark; each prints its figures as lines of JSON."""

from benchmarks import bulk_items, decide_chain, fan_out

decide_chain.main()
fan_out.main()
bulk_items.main()
