"""The tasks that benchmarks run; for `FLOWDECK_APPS`."""
