"""The app that serves Flowdeck's pages."""

from __future__ import annotations

from django.apps import AppConfig


class DesignerUiConfig(AppConfig):
    """Shell of the browser side: one template, one route a page."""

    name = "designer_ui"
    verbose_name = "Flowdeck pages"
