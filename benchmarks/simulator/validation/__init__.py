"""Models that the simulator is compared with; none of them imports `accelc.simulator`, except where it is run."""
