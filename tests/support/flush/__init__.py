"""An app whose `flush` empties the tables between tests, quicker than Django's."""
