"""Which operations can be executed for a part of the rows at a time, and in which order of loops."""
