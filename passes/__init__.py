"""accelc passes, one file each."""
