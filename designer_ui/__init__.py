"""The pages: one shell for the browser application, and the log-in."""
