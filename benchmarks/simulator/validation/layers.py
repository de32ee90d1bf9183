"""The layers of ResNet-50 as shapes, read from the model that the package `onnx` contains."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.end_to_end import light_model


@dataclass(frozen=True)
class Layer:
    """
    A convolution of one image: channels and size of its input, square kernel and stride, filters.

    The size includes the padding and leaves out what no output needs: tools that round the number of outputs up and
    those that round it down agree on the work. A fully connected layer is a convolution of an image of one pixel.
    """

    name: str
    channels: int
    height: int
    width: int
    kernel: int
    stride: int
    filters: int

    @property
    def vectors(self) -> int:
        """Pixels of the output: moving vectors of the product."""
        return ((self.height - self.kernel) // self.stride + 1) * ((self.width - self.kernel) // self.stride + 1)

    @property
    def depth(self) -> int:
        """Elements that are summed for one output."""
        return self.kernel**2 * self.channels


def resnet50_layers() -> tuple[Layer, ...]:
    """Convolutions and fully connected layers of ResNet-50, equal ones once, in the order of the model."""
    import onnx
    from onnx import helper, shape_inference

    graph = shape_inference.infer_shapes(onnx.load_from_string(light_model("resnet50").read_bytes())).graph
    shapes: dict[str, list[int]] = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input, *graph.output)
    }
    found: dict[tuple[int, ...], Layer] = {}
    for node in graph.node:
        attributes: Mapping[str, Any] = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        if node.op_type == "Conv":
            _, channels, height, width = shapes[node.input[0]]
            filters, _, kernel, _ = shapes[node.input[1]]
            top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
            stride = attributes["strides"][0]
            needed = [
                (padded - kernel) // stride * stride + kernel
                for padded in (height + top + bottom, width + left + right)
            ]
            size = (channels, *needed, kernel, stride, filters)
        elif node.op_type == "Gemm":
            size = (shapes[node.input[0]][1], 1, 1, 1, 1, shapes[node.output[0]][1])
        else:
            continue
        found.setdefault(size, Layer(f"{node.op_type.lower()}{len(found)}", *size))
    return tuple(found.values())
