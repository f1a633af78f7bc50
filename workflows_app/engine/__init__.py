"""What makes runs move: one transaction a decision, and nothing forgotten."""
