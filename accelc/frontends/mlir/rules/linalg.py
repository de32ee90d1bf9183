from accelc.frontends.mlir.call import Table

RULES: Table = {}
