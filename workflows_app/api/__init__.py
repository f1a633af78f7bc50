"""The HTTP API under `/api/v1/`. Routes call services and selectors; nothing is decided here."""
