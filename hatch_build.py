"""Builds the browser application into the wheel, beside the pages that load it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesBuildHook(BuildHookInterface[Any]):
    """Puts `static/` and `templates/` where Django's app loaders find them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is stale, then say what belongs into the wheel."""
        if version == "editable":
            return
        root = Path(self.root)
        subprocess.run([sys.executable, "scripts/build_frontend.py"], cwd=root, check=True)
        build_data["force_include"].update(
            {
                str(root / "static"): "designer_ui/static",
                str(root / "templates"): "designer_ui/templates",
            }
        )
