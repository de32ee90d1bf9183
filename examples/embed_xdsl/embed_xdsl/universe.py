"""What xDSL's tools, and accelc's, see of this package; nothing is imported until it is used."""

from xdsl.ir import Dialect
from xdsl.passes import ModulePass
from xdsl.universe import Universe


def _sketch() -> Dialect:
    from embed_xdsl.dialect import Sketch

    return Sketch


def _to_graph() -> type[ModulePass]:
    from embed_xdsl.to_graph import ConvertSketchToGraphPass

    return ConvertSketchToGraphPass


def _to_engine() -> type[ModulePass]:
    from embed_xdsl.to_engine import ConvertSketchToEnginePass

    return ConvertSketchToEnginePass


def _drop_relu() -> type[ModulePass]:
    from embed_xdsl.drop_relu import DropReluPass

    return DropReluPass


UNIVERSE = Universe(
    all_dialects={"sketch": _sketch},
    all_passes={
        "convert-sketch-to-graph": _to_graph,
        "convert-sketch-to-engine": _to_engine,
        "sketch-drop-relu": _drop_relu,
    },
)
