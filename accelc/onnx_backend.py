"""
accelc as a backend of ONNX: `onnx.backend.base.Backend` over compile, streams and simulator.

`Backend.prepare(model)` gives a handle whose `run` compiles for the shapes it gets and executes on the simulated
accelerator; what does not belong there runs on the host or in a framework (`accelc.staged`). Programs are kept as long
as the handle.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper
from onnx.backend.base import Backend as OnnxBackend
from onnx.backend.base import BackendRep as OnnxBackendRep
from onnx.backend.base import namedtupledict

from accelc.driver import CompileOptions
from accelc.errors import AccelcError, ModelError, SimulationError
from accelc.staged import StagedModel, StagedResult
from accelc.staged.tiers import NodeTier, node_tiers
from accelc.staged.values import Value, type_of

DEVICE = "CPU"
"""What ONNX calls the machine that needs no other driver; the accelerator is simulated on it."""


class BackendRep(OnnxBackendRep):
    """A model that is ready to run; `last` is the result of the latest execution with all its steps."""

    def __init__(self, model: StagedModel) -> None:
        self.model = model
        self.last: StagedResult | None = None

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """
        Execute the model on a sequence of inputs, in order, or on a mapping by name; gives a named tuple of outputs.

        Raises AccelcError for inputs that do not fit, and for what nothing can execute: ModelError for options,
        of which there are none, SimulationError for races.
        """
        if kwargs:
            raise ModelError(f"unknown option '{next(iter(kwargs))}' of run: it has none")
        self.last = self.model.run(self._named(inputs))
        if self.last.races:
            raise SimulationError(f"{self.last.races} races between engines: the outputs depend on timing")
        names = list(self.last.outputs)
        return namedtupledict("Outputs", names)(*self.last.outputs.values())

    def tiers(self) -> list[NodeTier]:
        """Where every node of the model ran the last time."""
        return [] if self.last is None else node_tiers(self.model.proto.graph, self.last)

    def _named(self, inputs: Any) -> dict[str, Value]:
        if isinstance(inputs, Mapping):
            return dict(cast(Mapping[str, Value], inputs))
        values = list(cast(Sequence[Value], inputs)) if isinstance(inputs, Sequence) else [inputs]
        names = self.model.inputs
        if len(values) != len(names):
            legal = ", ".join(names) or "none"
            raise ModelError(f"{len(values)} inputs are given, the model has {len(names)}: {legal}")
        return dict(zip(names, values, strict=True))


class Backend(OnnxBackend):
    """The entry points of ONNX's backend interface."""

    @classmethod
    def is_compatible(cls, model: ModelProto, device: str = DEVICE, **kwargs: Any) -> bool:
        """Whether a model can be read; whether a tier can execute each operator shows when it runs."""
        try:
            StagedModel(model)
        except AccelcError:
            return False
        return cls.supports_device(device)

    @classmethod
    def prepare(cls, model: ModelProto, device: str = DEVICE, **kwargs: Any) -> BackendRep:
        """
        A handle for a model; `options` (CompileOptions) says how it is compiled. Raises ModelError.

        Shapes need not be known before `run`.
        """
        options = kwargs.pop("options", None)
        _check_device(cls, device)
        # ONNX's own runner gives its tolerances to everything.
        unknown = sorted(kwargs.keys() - {"rtol", "atol"})
        if unknown:
            raise ModelError(f"unknown option '{unknown[0]}' of prepare; there is: options")
        return BackendRep(StagedModel(model, options or CompileOptions()))

    @classmethod
    def run_model(cls, model: ModelProto, inputs: Any, device: str = DEVICE, **kwargs: Any) -> tuple[Any, ...]:
        """Outputs of a model."""
        return cls.prepare(model, device, **kwargs).run(inputs)

    @classmethod
    def run_node(
        cls,
        node: NodeProto,
        inputs: Any,
        device: str = DEVICE,
        outputs_info: Sequence[tuple[np.dtype[Any], tuple[int, ...]]] | None = None,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """
        Outputs of one node, in the newest opset or `opset_version`, on inputs by name or in its order.

        `outputs_info` is not needed. Raises AccelcError: ModelError for inputs that the node does not have.
        """
        version = int(kwargs.pop("opset_version", 0)) or None
        context = checker.DEFAULT_CONTEXT
        imports = [helper.make_opsetid(d, v) for d, v in context.opset_imports.items()]
        if version is not None:
            imports = [helper.make_opsetid(node.domain, version)]
        names = list(dict.fromkeys(filter(None, node.input)))
        values = cast(Mapping[str, Value], inputs) if isinstance(inputs, Mapping) else None
        if values is not None and set(values) != set(names):
            raise ModelError(f"values are given for {', '.join(values) or 'nothing'}; the node has {', '.join(names)}")
        given = list(cast(Sequence[Value], inputs)) if values is None else [values[name] for name in names]
        if len(given) != len(names):
            raise ModelError(f"{len(given)} inputs are given, the node has {len(names)}: {', '.join(names) or 'none'}")
        arrays: list[Value] = [numpy_helper.to_array(v) if isinstance(v, TensorProto) else v for v in given]
        infos = [helper.make_value_info(n, type_of(v)) for n, v in zip(names, arrays, strict=True)]
        results = [helper.make_empty_tensor_value_info(name) for name in node.output if name]
        model = helper.make_model(helper.make_graph([node], "node", infos, results), opset_imports=imports)
        return cls.run_model(model, arrays, device, **kwargs)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Whether `device` is `CPU`, alone or with a number (`CPU:0`)."""
        name, colon, number = device.partition(":")
        return name == DEVICE and (number.isdecimal() if colon else True)


def _check_device(backend: type[Backend], device: str) -> None:
    if not backend.supports_device(device):
        raise ModelError(f"device '{device}' is not there; there is: {DEVICE}, which simulates the accelerator")


prepare: Callable[..., BackendRep] = Backend.prepare
run_model: Callable[..., tuple[Any, ...]] = Backend.run_model
run_node: Callable[..., tuple[Any, ...]] = Backend.run_node
supports_device: Callable[[str], bool] = Backend.supports_device
is_compatible: Callable[..., bool] = Backend.is_compatible
