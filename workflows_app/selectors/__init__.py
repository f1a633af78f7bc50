"""Reads: each returns contracts and changes nothing."""
