"""State machines from and to W3C SCXML."""
