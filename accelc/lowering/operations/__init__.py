"""How each kind of graph operation becomes macro-ops, and when it cannot."""
