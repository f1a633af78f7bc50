"""The only writer of tables; all locks live here."""
