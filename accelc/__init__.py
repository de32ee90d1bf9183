"""accelc: a multi-level compiler and cycle-level simulator for many-engine accelerators."""
