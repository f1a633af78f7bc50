"""Live news over WebSockets."""
