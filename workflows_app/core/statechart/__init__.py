"""State machines as statecharts, after the algorithm of W3C SCXML (appendix D)."""
