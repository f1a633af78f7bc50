"""An app whose tasks leave traces in a file, to see what really ran."""
