"""What leaves after a commit: hints to workers, and word of the runs that moved."""
