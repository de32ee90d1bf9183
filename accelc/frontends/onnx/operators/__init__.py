"""Importers of the standard's operators, by family: rules that turn one node into operations of `graph`."""

from accelc.frontends.onnx.node import Table
from accelc.frontends.onnx.operators.moves import cache, constants, control, indexing, movement
from accelc.frontends.onnx.operators.pointwise import elementwise, losses, training
from accelc.frontends.onnx.operators.products import attention, einsum, layers, quantized, recurrent, spectrum
from accelc.frontends.onnx.operators.sampled import deformable, regions, resize, sampling
from accelc.frontends.onnx.operators.sums import pooling, reductions, scans, selection

OPERATORS: Table = {
    **elementwise.OPERATORS,
    **losses.OPERATORS,
    **constants.OPERATORS,
    **movement.OPERATORS,
    **indexing.OPERATORS,
    **cache.OPERATORS,
    **control.OPERATORS,
    **reductions.OPERATORS,
    **scans.OPERATORS,
    **selection.OPERATORS,
    **pooling.OPERATORS,
    **resize.OPERATORS,
    **sampling.OPERATORS,
    **regions.OPERATORS,
    **deformable.OPERATORS,
    **layers.OPERATORS,
    **attention.OPERATORS,
    **recurrent.OPERATORS,
    **quantized.OPERATORS,
    **einsum.OPERATORS,
    **spectrum.OPERATORS,
}
"""Importer of every operator of the standard domain; an operator without one is kept for the framework."""

DOMAINS: dict[str, Table] = {training.DOMAIN: training.OPERATORS}
"""Importers of other domains."""
