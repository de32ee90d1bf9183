"""Pass `lower-to-engine`: accelerator partitions become engine programs."""

from collections.abc import MutableMapping
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.passes import ModulePass

from accelc.constants import read_sidecar, write_sidecar
from accelc.dialects import graph
from accelc.errors import ModelError, UsageError
from accelc.lowering import Budget, lower_partition
from accelc.lowering.builder import Array
from accelc.targets import load_target


def lower_to_engine(
    module: ModuleOp, weights: MutableMapping[str, Array], machine: str, budget: Budget | None = None
) -> None:
    """
    Append one `engine.program` to `module` for each accelerator partition, which then names it in `program`.

    The data of a program's weight buffers are added to `weights` as `<program>.<symbol>`. Raises ModelError for a
    weight without data or an operation that has no form on the target, CapacityError for a tensor that cannot be
    held, and what `load_target` raises: `machine` is a preset's name or the path of a description, by which later
    passes find it.
    """
    target = load_target(machine)
    for index, partition in enumerate(op for op in module.walk() if isinstance(op, graph.PartitionOp)):
        if partition.home.data != "accelerator":
            continue
        name = f"accelerator{index}"
        for op in partition.body.block.ops:
            if isinstance(op, graph.WeightOp) and op.weight_name.data not in weights:
                raise ModelError(
                    f"weight '{op.weight_name.data}' of partition {name} has no data; give the pass a safetensors "
                    "file with it: lower-to-engine{weights=FILE}"
                )
        lowered = lower_partition(partition, weights, target, budget, name)
        weights.update({f"{name}.{symbol}": data for symbol, data in lowered.weights.items()})
        partition.attributes["program"] = StringAttr(name)
        lowered.program.attributes["target"] = StringAttr(machine)
        module.body.block.add_op(lowered.program)


@dataclass(frozen=True)
class LowerToEnginePass(ModulePass):
    """
    Turn accelerator partitions into macro-ops on buffers.

    Before:
    ```mlir
    graph.func @main(%x : tensor<4x8xf32>) -> tensor<4x8xf32> {
      %0 = graph.partition "accelerator" (%x) : (tensor<4x8xf32>) -> tensor<4x8xf32> {
      ^bb0(%a : tensor<4x8xf32>):
        %y = graph.relu %a : tensor<4x8xf32> -> tensor<4x8xf32>
        graph.yield %y : tensor<4x8xf32>
      }
      graph.return %0 : tensor<4x8xf32>
    }
    ```
    After `lower-to-engine{target=tiny}`:
    ```mlir
    graph.func @main(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
      %0 = graph.partition "accelerator"(%x) attributes {program = "accelerator0"}
        : (tensor<4x8xf32>) -> tensor<4x8xf32> {
      ^bb0(%a: tensor<4x8xf32>):
        %y = graph.relu %a : tensor<4x8xf32> -> tensor<4x8xf32>
        graph.yield %y : tensor<4x8xf32>
      }
      graph.return %0 : tensor<4x8xf32>
    }
    engine.program @accelerator0 target "tiny" {
      %in0 = engine.buffer "in0" input hbm<32xf32>
      %out0 = engine.buffer "out0" output hbm<32xf32>
      %t = engine.buffer "t" scratch sbuf<4x8xf32>
      %load = engine.buffer "load" scratch sbuf<4x8xf32>
      engine.dma_copy on dma0 %in0[0 + (4, 8):(8, 1)] to %load[0:4, 0:8] {layer = 0 : i64}
      engine.activate on scalar relu(1.0 * %load[0:4, 0:8] + 0.0) into %t[0:4, 0:8] {layer = 0 : i64}
      engine.dma_copy on dma0 %t[0:4, 0:8] to %out0[0 + (4, 8):(8, 1)] {layer = 0 : i64}
      engine.end
    }
    ```
    """

    name = "lower-to-engine"

    target: str = "trn-like"
    """Machine description: a preset's name or a path."""
    weights: str | None = None
    """Safetensors file with the data of the weights."""
    save: str | None = None
    """Safetensors file to write the data of the programs' weight buffers to."""
    resident: float = 0.5
    """Share of SBUF for tensors that stay on chip between operations, 0 to 1."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Run on a module. Raises UsageError for a share outside of 0 to 1."""
        if not 0 <= self.resident <= 1:
            raise UsageError(f"lower-to-engine: resident {self.resident} is no share; expected 0 to 1")
        weights = read_sidecar(self.weights)
        known = set(weights)
        lower_to_engine(op, weights, self.target, Budget(resident=self.resident))
        write_sidecar(self.save, weights, known, self.name)
