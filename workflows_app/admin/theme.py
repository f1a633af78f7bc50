"""Settings of django-unfold: colours of the product, and a sidebar by what people come for.

from workflows_app.admin.theme import UNFOLD
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

_TEAL = {
    "50": "oklch(98.4% .014 180.72)",
    "100": "oklch(95.3% .051 180.801)",
    "200": "oklch(91% .096 180.426)",
    "300": "oklch(85.5% .138 181.071)",
    "400": "oklch(77.7% .152 181.912)",
    "500": "oklch(60% .118 184.704)",
    "600": "oklch(51.1% .096 186.391)",
    "700": "oklch(45% .085 186.9)",
    "800": "oklch(39% .07 188.216)",
    "900": "oklch(34% .06 188.4)",
    "950": "oklch(27.7% .046 192.524)",
}


def _may_view(model: str, app: str = "workflows_app") -> Callable[[HttpRequest], bool]:
    def check(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{model}")

    return check


def _table(title: str, icon: str, model: str, app: str = "workflows_app") -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may_view(model, app),
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Flowdeck",
    "SITE_HEADER": "Flowdeck",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": "/",
    "SITE_SYMBOL": "account_tree",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("flowdeck.svg"),
        },
    ],
    "SHOW_HISTORY": False,
    "SHOW_BACK_BUTTON": True,
    "COLORS": {"primary": _TEAL},
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": "Operation",
                "items": [
                    _table("Runs", "play_circle", "run"),
                    _table("Human tasks", "how_to_reg", "humantask"),
                    _table("Decisions", "gavel", "decision"),
                    _table("Workers", "memory", "workerheartbeat"),
                ],
            },
            {
                "title": "Definitions",
                "separator": True,
                "items": [
                    _table("Workflows", "account_tree", "workflow"),
                    _table("Versions", "history", "version"),
                    _table("Drafts", "edit_note", "draft"),
                    _table("Connections", "cable", "connection"),
                ],
            },
            {
                "title": "Access",
                "separator": True,
                "items": [
                    _table("People", "person", "user", "auth"),
                    _table("Groups", "group", "group", "auth"),
                    _table("API tokens", "key", "apitoken"),
                    _table("Audit log", "fact_check", "auditentry"),
                ],
            },
            {
                "title": "Engine",
                "separator": True,
                "collapsible": True,
                "items": [
                    _table("Node runs", "hub", "noderun"),
                    _table("Journal", "list_alt", "runevent"),
                    _table("Node logs", "subject", "nodelog"),
                    _table("Agent steps", "smart_toy", "agentstep"),
                    _table("Signals", "campaign", "signal"),
                    _table("Child runs", "account_tree", "childrun"),
                    _table("Timers", "schedule", "timer"),
                    _table("Inbox", "inbox", "inboxitem"),
                    _table("Outbox", "outbox", "outboxmessage"),
                ],
            },
        ],
    },
}
