"""Names of builtin types and attributes in C++ MLIR: what `irdl.base "!builtin.tensor"` refers to."""

from collections.abc import Mapping

from xdsl.dialects import builtin
from xdsl.ir import Attribute

NAMES: Mapping[type[Attribute], str] = {
    builtin.AffineMapAttr: "#builtin.affine_map",
    builtin.AffineSetAttr: "#builtin.integer_set",
    builtin.ArrayAttr: "#builtin.array",
    builtin.BFloat16Type: "!builtin.bf16",
    builtin.ComplexType: "!builtin.complex",
    builtin.DenseArrayBase: "#builtin.dense_array",
    builtin.DenseResourceAttr: "#builtin.dense_resource_elements",
    builtin.DictionaryAttr: "#builtin.dictionary",
    builtin.Float8E4M3FNType: "!builtin.f8E4M3FN",
    builtin.Float8E5M2Type: "!builtin.f8E5M2",
    builtin.Float16Type: "!builtin.f16",
    builtin.Float32Type: "!builtin.f32",
    builtin.Float64Type: "!builtin.f64",
    builtin.FloatAttr: "#builtin.float",
    builtin.FunctionType: "!builtin.function",
    builtin.IndexType: "!builtin.index",
    builtin.IntegerAttr: "#builtin.integer",
    builtin.IntegerType: "!builtin.integer",
    builtin.MemRefType: "!builtin.memref",
    builtin.NoneType: "!builtin.none",
    builtin.OpaqueAttr: "#builtin.opaque",
    builtin.StridedLayoutAttr: "#builtin.strided_layout",
    builtin.StringAttr: "#builtin.string",
    builtin.SymbolRefAttr: "#builtin.symbol_ref",
    builtin.TensorType: "!builtin.tensor",
    builtin.TupleType: "!builtin.tuple",
    builtin.UnitAttr: "#builtin.unit",
    builtin.UnrankedMemRefType: "!builtin.unranked_memref",
    builtin.UnrankedTensorType: "!builtin.unranked_tensor",
    builtin.VectorType: "!builtin.vector",
}
"""
Class -> the name C++ registers it by.

`DenseIntOrFPElementsAttr` is not here: versions of C++ MLIR call it `dense_intorfp_elements` or `dense_typed_elements`,
and a name that is not registered makes the whole file unusable.
"""
