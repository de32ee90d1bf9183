"""What accelc is measured by: `run.py` is the entry; a package for each suite of more than one module."""
