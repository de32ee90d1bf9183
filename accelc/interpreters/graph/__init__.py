"""The `graph` dialect executed with NumPy."""

from accelc.interpreters.graph.runner import EVALUATORS, Framework, check_array, evaluate, find_function, run, run_block

__all__ = ["EVALUATORS", "Framework", "check_array", "evaluate", "find_function", "run", "run_block"]
