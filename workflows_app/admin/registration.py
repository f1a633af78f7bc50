"""Registers all tables with Django's admin; imported once the apps are ready."""

from workflows_app.admin import agents, bulk, connections, definitions, operations, people, runs

__all__ = ["agents", "bulk", "connections", "definitions", "operations", "people", "runs"]
