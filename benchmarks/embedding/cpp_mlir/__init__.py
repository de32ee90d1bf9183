"""C++ MLIR tools as judges of accelc's IR: cases, what accelc says of them, and what the tools say."""
