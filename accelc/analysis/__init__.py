"""Mathematics of the compiler, free of IR: every module here can be read, tested and reused alone."""
