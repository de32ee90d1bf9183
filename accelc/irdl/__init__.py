"""
Dialects for C++ MLIR: definitions of xDSL dialects as IRDL, which `mlir-opt --irdl-file` and its kin load.

`export` turns dialects into an IRDL module and records what IRDL cannot say; `form` brings modules into the form that
C++ MLIR takes, and back. `accelc.irdl.mlir` beside them is the export of accelc's own dialects.
"""
