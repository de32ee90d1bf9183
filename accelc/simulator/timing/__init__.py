"""The clock of the simulator: when each decoded record issues, starts and completes; no data is looked at."""
