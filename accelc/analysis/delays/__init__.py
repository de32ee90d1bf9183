"""Where adjustable delays go, and the mathematics of choosing their values."""
