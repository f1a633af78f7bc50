"""An app, since viewflow finds flows by theirs."""
