"""
Programs of `torch.export` as `graph` IR: views that are views, writes in place, mutated buffers and inputs.

The package torch is an extra (`pip install 'accelc[torch]'`); nothing here imports it before it is needed.
"""

from accelc.frontends.torch.eager.hook import hook
from accelc.frontends.torch.exported.archive import load_program
from accelc.frontends.torch.exported.program import WRITTEN, import_program
from accelc.frontends.torch.exported.reference import run_torch

__all__ = ["WRITTEN", "hook", "import_program", "load_program", "run_torch"]
