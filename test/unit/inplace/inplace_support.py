"""Where the elements of a view lie, found with NumPy."""

import numpy as np
import numpy.typing as npt

from accelc.analysis.inplace.views import Place, ReshapeStep, SliceStep, TransposeStep
from accelc.interpreters.graph.movement import slices


def cells(place: Place, shape: tuple[int, ...]) -> npt.NDArray[np.intp]:
    """Index of each element of a place in its buffer, whose value has a shape."""
    index = np.arange(int(np.prod(shape))).reshape(shape)
    for step in place.chain:
        match step:
            case SliceStep():
                index = index[slices(step.starts, step.steps, step.sizes)]
            case TransposeStep():
                index = index.transpose(step.perm)
            case ReshapeStep():
                index = index.reshape(step.result)
            case _:
                index = np.broadcast_to(index, step.result)
    return index
