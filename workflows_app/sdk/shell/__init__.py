"""What every shell around `decide` does in the same way: the engine and the local runner."""
