"""
Forms of output of `accelc-opt -t NAME`, in the registry of `xdsl-opt` too.

`program` makes a binary program of a lowered module, `assembly` prints it as text, `binary` as a container.
"""
