"""
Execution of models that are not one static program: values that decide shapes, control flow, values of any kind.

`StagedModel` runs any ONNX model above the compiler; `tiers` says where each of its nodes was executed.
"""

from accelc.staged.executor import CompiledStep, NodeStep, StagedModel, StagedResult

__all__ = ["CompiledStep", "NodeStep", "StagedModel", "StagedResult"]
