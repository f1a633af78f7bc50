"""Wiring of the product: settings, addresses, ASGI and Celery. Nobody imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
