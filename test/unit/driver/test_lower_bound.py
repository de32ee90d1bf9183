"""The lower bound counts what no schedule can avoid, and nothing more."""

from dataclasses import replace

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.parser import Parser

from accelc.analysis.lower_bound import lower_bound, peak_hbm_bytes_per_ns, peak_macs_per_ns
from accelc.dialects.graph import Graph
from accelc.targets import load_target

TINY = load_target("tiny")


def module(text: str) -> ModuleOp:
    context = Context()
    context.load_dialect(Builtin)
    context.load_dialect(Graph)
    parsed = Parser(context, text).parse_module()
    parsed.verify()
    return parsed


MATMUL = """
graph.func @main(%x : tensor<8x16xf32>) -> tensor<8x4xf32> {
  %w = graph.weight "w" : tensor<16x4xf32>
  %y = graph.matmul %x, %w : (tensor<8x16xf32>, tensor<16x4xf32>) -> tensor<8x4xf32>
  graph.return %y : tensor<8x4xf32>
}
"""


def test_counts_useful_macs_at_the_rate_of_the_dtype() -> None:
    bound = lower_bound(module(MATMUL), TINY)
    assert bound.resources["array"] == pytest.approx(8 * 16 * 4 / peak_macs_per_ns(TINY, "fp32"))


def test_counts_weights_inputs_and_outputs_once() -> None:
    bound = lower_bound(module(MATMUL), TINY)
    assert bound.resources["hbm"] == pytest.approx((8 * 16 + 16 * 4 + 8 * 4) * 4 / peak_hbm_bytes_per_ns(TINY))


def test_dma_engines_limit_the_bandwidth_of_hbm() -> None:
    slow = replace(TINY, dma=replace(TINY.dma, engines=1, bytes_per_ns=0.5))
    assert peak_hbm_bytes_per_ns(slow) == 0.5


def test_macs_on_padding_are_not_useful() -> None:
    conv = module(
        """
graph.func @main(%x : tensor<1x2x1x1xf32>) -> tensor<1x3x1x1xf32> {
  %w = graph.weight "w" : tensor<3x2x3x3xf32>
  %y = graph.conv %x, %w strides [1, 1] pads [1, 1, 1, 1] dilations [1, 1] group 1
    : (tensor<1x2x1x1xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x1x1xf32>
  graph.return %y : tensor<1x3x1x1xf32>
}
"""
    )
    assert lower_bound(conv, TINY).resources["array"] == pytest.approx(6 / peak_macs_per_ns(TINY, "fp32"))


def test_a_gathered_table_costs_the_rows_that_are_picked() -> None:
    gather = module(
        """
graph.func @main(%i : tensor<2xi32>) -> tensor<2x8xf32> {
  %w = graph.weight "table" : tensor<1000x8xf32>
  %y = graph.gather %w, %i axis 0 : (tensor<1000x8xf32>, tensor<2xi32>) -> tensor<2x8xf32>
  graph.return %y : tensor<2x8xf32>
}
"""
    )
    expected = (2 * 4 + 2 * 8 * 4 + 2 * 8 * 4) / peak_hbm_bytes_per_ns(TINY)
    assert lower_bound(gather, TINY).resources["hbm"] == pytest.approx(expected)


def test_work_of_host_partitions_is_charged_to_the_host() -> None:
    partitioned = module(
        """
graph.func @main(%x : tensor<64xf32>) -> tensor<64xf32> {
  %y = graph.partition "host" (%x) : (tensor<64xf32>) -> tensor<64xf32> {
  ^bb0(%a : tensor<64xf32>):
    %b = graph.exp %a : tensor<64xf32> -> tensor<64xf32>
    graph.yield %b : tensor<64xf32>
  }
  graph.return %y : tensor<64xf32>
}
"""
    )
    bound = lower_bound(partitioned, TINY)
    assert bound.resources["host"] == pytest.approx(max(64 / TINY.host.ops_per_ns, 2 * 64 * 4 / TINY.host.bytes_per_ns))
    assert bound.resources["hbm"] == bound.resources["elementwise"] == 0


def test_an_emulated_dtype_is_bounded_by_the_best_float_rate() -> None:
    tpu = load_target("tpu-like")
    assert "fp32" not in tpu.tensor.rate
    assert peak_macs_per_ns(tpu, "fp32") == peak_macs_per_ns(tpu, "bf16") < peak_macs_per_ns(tpu, "int8")


def test_a_host_reads_only_the_rows_it_gathers() -> None:
    gather = module(
        """
graph.func @main(%x : tensor<1000x8xf32>, %i : tensor<2xi32>) -> tensor<2x8xf32> {
  %y = graph.partition "host" (%x, %i) : (tensor<1000x8xf32>, tensor<2xi32>) -> tensor<2x8xf32> {
  ^bb0(%a : tensor<1000x8xf32>, %b : tensor<2xi32>):
    %r = graph.gather %a, %b axis 0 : (tensor<1000x8xf32>, tensor<2xi32>) -> tensor<2x8xf32>
    graph.yield %r : tensor<2x8xf32>
  }
  graph.return %y : tensor<2x8xf32>
}
"""
    )
    expected = (2 * 2 * 8 * 4 + 2 * 4) / TINY.host.bytes_per_ns
    assert lower_bound(gather, TINY).resources["host"] == pytest.approx(expected)
