"""Plain models that the simulator's results are compared with."""
