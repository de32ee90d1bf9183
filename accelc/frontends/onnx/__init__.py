"""The ONNX front end: `import_onnx` turns a model into a `graph` module with its weights beside it."""

from accelc.frontends.imported import ImportedModel, TensorSpec
from accelc.frontends.onnx.framework import framework_model, run_onnxruntime, run_reference
from accelc.frontends.onnx.importer import GraphImporter, bind_inputs, import_onnx
from accelc.frontends.onnx.loading import MIN_OPSET, ModelSource, load_model
from accelc.frontends.onnx.operators import OPERATORS
from accelc.frontends.onnx.random_weights import with_random_weights

__all__ = [
    "MIN_OPSET",
    "OPERATORS",
    "GraphImporter",
    "ImportedModel",
    "ModelSource",
    "TensorSpec",
    "bind_inputs",
    "framework_model",
    "import_onnx",
    "load_model",
    "run_onnxruntime",
    "run_reference",
    "with_random_weights",
]
