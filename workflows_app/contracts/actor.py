"""Who acts: as much of a user account as services and selectors need."""

from __future__ import annotations

from typing import Any, Protocol


class Actor(Protocol):
    """A user of whatever model the project has."""

    @property
    def pk(self) -> Any:
        """Primary key of the account."""

    @property
    def is_active(self) -> Any:
        """False for a closed account."""

    @property
    def is_superuser(self) -> Any:
        """True for who may do everything."""

    def get_username(self) -> str:
        """The name to log in with."""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Tell whether the account has a permission such as `workflows_app.start_run`."""
