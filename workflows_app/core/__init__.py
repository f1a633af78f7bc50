"""The pure part: documents, plans and decisions. No Django, no clock, no I/O."""
