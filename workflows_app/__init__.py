"""Flowdeck: a workflow designer that runs what it draws, as a Django app."""
