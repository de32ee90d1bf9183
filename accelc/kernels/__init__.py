"""Hand-written kernels: Python functions over tiles that become programs, synchronized and timed like a compiler's."""

from accelc.kernels.compiled import CompiledKernel, KernelResult
from accelc.kernels.core import Core, TileSize
from accelc.kernels.kernel import Kernel, TensorSpec, kernel
from accelc.kernels.views import View

__all__ = ["CompiledKernel", "Core", "Kernel", "KernelResult", "TensorSpec", "TileSize", "View", "kernel"]
