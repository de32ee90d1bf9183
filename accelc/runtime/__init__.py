"""Execution of compiled programs: accelerator segments in the simulator, the others on the host, and checks."""
