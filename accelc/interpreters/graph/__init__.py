"""The `graph` dialect executed with NumPy."""

from accelc.interpreters.graph.runner import (
    EVALUATORS,
    HOST_OPERATIONS,
    Framework,
    check_array,
    evaluate,
    evaluator_of,
    find_function,
    run,
    run_block,
)

__all__ = [
    "EVALUATORS",
    "HOST_OPERATIONS",
    "Framework",
    "check_array",
    "evaluate",
    "evaluator_of",
    "find_function",
    "run",
    "run_block",
]
