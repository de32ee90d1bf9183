"""A detection network as frameworks export them: backbone, pyramid, heads by level, selection of the best boxes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

CLASSES = 8
ANCHORS = 4


class _Network:
    """Nodes in the order in which they are made, which is the order of the program."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []

    def constant(self, array: npt.NDArray[Any]) -> str:
        """An initializer."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, inputs: Sequence[str], outputs: int = 1, **attributes: Any) -> list[str]:
        """A node with some results."""
        name = f"{kind.lower()}{len(self.nodes)}"
        names = [f"{name}.{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, name, **attributes))
        return names

    def one(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """The result of a node that has one."""
        return self.node(kind, inputs, **attributes)[0]

    def conv(self, x: str, channels: tuple[int, int], kernel: int = 3, stride: int = 1) -> str:
        """Convolution with bias that keeps the scale of values."""
        source, result = channels
        scale = (2 / (source * kernel * kernel)) ** 0.5
        weight = self.rng.standard_normal((result, source, kernel, kernel)) * scale
        bias = self.rng.standard_normal(result) * 0.1
        pads = [kernel // 2] * 4
        names = [self.constant(weight.astype(np.float32)), self.constant(bias.astype(np.float32))]
        return self.one("Conv", x, *names, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pads)

    def integers(self, *values: int) -> str:
        """A shape, axes or a count."""
        return self.constant(np.array(values, np.int64))


def detection_network(size: int = 128, width: int = 32, blocks: int = 5, best: int = 16) -> ModelProto:
    """
    A network for images of `size` x `size` pixels, `width` channels in the first stage.

    Three stages of `blocks` residual blocks; the last block of a stage has Elu as activation, which only the framework
    has. Every level has a head with classes and boxes, takes its `best` scores (TopK, framework), gathers their boxes
    (host) and decodes them; the best of all levels come last.
    """
    net = _Network(0)
    channels = width
    x = net.one("Relu", net.conv("image", (3, channels), stride=2))
    x = net.one("Relu", net.conv(x, (channels, channels), stride=2))
    levels: list[tuple[str, int, int]] = []
    side = size // 4
    for stage in range(3):
        if stage:
            x = net.one("Relu", net.conv(x, (channels, 2 * channels), stride=2))
            channels, side = 2 * channels, side // 2
        for block in range(blocks):
            y = net.conv(x, (channels, channels))
            y = net.one("Elu", y) if block == blocks - 1 else net.one("Relu", y)
            x = net.one("Relu", net.one("Add", net.conv(y, (channels, channels)), x))
        levels.append((x, channels, side))
    selected = [_head(net, *level, best) for level in levels]
    scores = net.one("Concat", *(score for score, _ in selected), axis=1)
    boxes = net.one("Concat", *(box for _, box in selected), axis=1)
    top, index = net.node("TopK", [scores, net.integers(best)], 2, axis=1)
    chosen = net.one("Gather", boxes, net.one("Reshape", index, net.integers(best)), axis=1)
    outputs = [(top, [1, best]), (chosen, [1, best, 4])]
    graph = helper.make_graph(
        net.nodes,
        "detection",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, size, size])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        net.weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _head(net: _Network, feature: str, channels: int, side: int, best: int) -> tuple[str, str]:
    """Best scores [1, best] of one level and their boxes [1, best, 4] in pixels."""
    anchors = side * side * ANCHORS
    tower = net.one("Relu", net.conv(net.one("Relu", net.conv(feature, (channels, channels))), (channels, channels)))
    scores = net.conv(tower, (channels, ANCHORS * CLASSES))
    scores = net.one("Reshape", net.one("Transpose", scores, perm=[0, 2, 3, 1]), net.integers(1, anchors, CLASSES))
    scores = net.one("ReduceMax", net.one("Softmax", scores, axis=2), axes=[2], keepdims=0)
    offsets = net.conv(tower, (channels, ANCHORS * 4))
    offsets = net.one("Reshape", net.one("Transpose", offsets, perm=[0, 2, 3, 1]), net.integers(1, anchors, 4))
    top, index = net.node("TopK", [scores, net.integers(best)], 2, axis=1)
    chosen = net.one("Gather", offsets, net.one("Reshape", index, net.integers(best)), axis=1)
    scale = net.constant(np.array([1, 1, 0.1, 0.1], np.float32))
    decoded = net.one("Sigmoid", net.one("Mul", chosen, scale))
    return top, net.one("Mul", decoded, net.constant(np.array(float(side), np.float32)))
