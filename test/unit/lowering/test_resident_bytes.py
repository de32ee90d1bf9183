"""What lives on chip is counted as it changes, and the count is that of what lives there."""

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from accelc import api
from accelc.lowering.context import Lowering
from accelc.lowering.views import Storage


def test_the_count_is_the_sum_also_within_an_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A product of many matrices loads operands again and again before the next operation begins."""
    keep: Any = Lowering.__dict__["_keep"]
    counts: list[int] = []

    def checked(self: Lowering, storage: Storage, last: int) -> None:
        keep(self, storage, last)
        live: dict[Storage, int] = self.__dict__["_live"]
        assert self.resident_bytes() == sum(each.row_bytes for each in live)
        counts.append(len(live))

    monkeypatch.setattr(Lowering, "_keep", checked)
    shapes = {"a": [12, 16, 24], "b": [12, 24, 8], "y": [12, 16, 8]}
    a, b, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items())
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["y"])], "batched", [a, b], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    compiled = api.compile(model, "trn-like", force="accelerator")
    assert max(counts) > 1
    inputs = {name: np.ones(shapes[name], np.float32) for name in ("a", "b")}
    assert (api.simulate(compiled, inputs).outputs["y"] == 24).all()
