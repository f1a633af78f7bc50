"""The Django app of the examples."""

from django.apps import AppConfig


class ExamplesConfig(AppConfig):
    """Tasks in `workflows`, documents in `documents/`."""

    name = "examples"
    verbose_name = "Examples"
