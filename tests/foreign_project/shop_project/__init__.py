"""Somebody else's project, with the least that `docs/own-project.md` asks for."""
