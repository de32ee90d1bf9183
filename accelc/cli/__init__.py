"""The commands `accelc` and `accelc-opt`."""
