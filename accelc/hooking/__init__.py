"""
NumPy programs hooked while they run: `accelc.hook()`.

Arrays of the program are device arrays while the hook is active. Each NumPy call on them becomes a first IR and a part
of the session's second IR, which the accelerator executes when elements are needed, or goes back to NumPy.
"""

from accelc.hooking.hook import hook
from accelc.hooking.report import Report
from accelc.hooking.session import Session

__all__ = ["Report", "Session", "hook"]
