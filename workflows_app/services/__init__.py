"""The verbs: each checks permission, does, and writes the audit log."""
