"""`accelc-gui`: xDSL's interactive pass explorer, with the dialects and passes of all installed packages."""
