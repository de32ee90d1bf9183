"""Random and regular instruction streams that the simulator is measured on."""
