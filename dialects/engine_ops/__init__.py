"""Types, attributes and operations of the `engine` dialect, by subject; import them from `accelc.dialects.engine`."""
