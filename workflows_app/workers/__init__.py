"""Celery: hints come in, one call goes out."""
