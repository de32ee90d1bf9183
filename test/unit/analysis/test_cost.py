"""Cost estimates of macro-ops against the formulas of the target page, by hand on small targets."""

import pytest

from accelc.analysis.cost import Transfer, cycles, dma_cost, elementwise_cost, matmul_cost, nanoseconds, transfer_ns
from accelc.targets import load_target
from accelc.targets.conditions import Facts

TINY = load_target("tiny")
TRN = load_target("trn-like")


def test_cycles_and_nanoseconds_are_inverse() -> None:
    for lane in TRN.lanes:
        assert cycles(TRN, lane, nanoseconds(TRN, lane, 12345)) == 12345
    assert nanoseconds(TRN, "tensor", 28) == pytest.approx(10.0)


def test_a_product_takes_its_moving_columns_at_the_rate_of_its_type() -> None:
    # One load of 128 columns at 4 per cycle, then 2 contraction steps x 3 blocks of 512.
    assert cycles(TRN, "tensor", matmul_cost(TRN, [128], [512] * 3, [128] * 2, "bf16").busy_ns) == 32 + 2 * 3 * 512
    assert cycles(TRN, "tensor", matmul_cost(TRN, [128], [512] * 3, [128] * 2, "fp32").busy_ns) == 32 + 8 * 3 * 512


def test_a_product_of_few_columns_waits_for_its_loads() -> None:
    # 10 columns take the least interval of 64 cycles, more than the 32 of a load; on tiny the loads of 4 dominate.
    assert cycles(TRN, "tensor", matmul_cost(TRN, [128], [10], [128] * 3, "bf16").busy_ns) == 32 + 3 * 64
    assert cycles(TINY, "tensor", matmul_cost(TINY, [4], [2], [4] * 3, "bf16").busy_ns) == 4 + 3 * 4


def test_a_stationary_tile_is_kept_for_all_blocks_of_one_contraction_step() -> None:
    assert cycles(TINY, "tensor", matmul_cost(TINY, [4], [2, 2], [4], "bf16").busy_ns) == 4 + 4


def test_elementwise_time_follows_the_first_rule_that_holds() -> None:
    both = Facts(alu="add")
    mixed = Facts(alu="add", one_src_psum_one_sbuf=True)
    assert cycles(TRN, "vector", elementwise_cost(TRN, "vector", "tensor_tensor", both, 500).busy_ns) == 1000
    assert cycles(TRN, "vector", elementwise_cost(TRN, "vector", "tensor_tensor", mixed, 500).busy_ns) == 500
    assert cycles(TRN, "vector", elementwise_cost(TRN, "vector", "copy", both, 5).busy_ns) == 64
    assert cycles(TRN, "vector", elementwise_cost(TRN, "vector", "copy", both, 500, 2).busy_ns) == 1000
    with pytest.raises(KeyError):
        elementwise_cost(TRN, "scalar", "tensor_tensor", both, 500)


def test_a_transfer_is_cut_into_packets_on_all_engines() -> None:
    # 16 engines, 4096 bytes each: one packet of 90 ns, at the 410 / 16 bytes per ns that HBM leaves to each.
    assert transfer_ns(TRN, Transfer(16 * 4096, 128)) == pytest.approx(90 + 4096 / 25.625)
    # Two partitions keep two engines busy, each at its own limit.
    assert transfer_ns(TRN, Transfer(2 * 4096, 2)) == pytest.approx(90 + 4096 / 27.2)
    # Of 17 partitions, one engine serves two; a strided pattern moves at the rate of a transpose.
    assert transfer_ns(TRN, Transfer(17 * 1024, 17)) == pytest.approx(90 + 2 * 1024 / 25.625)
    assert transfer_ns(TRN, Transfer(2 * 4096, 2, scattered=True)) == pytest.approx(90 + 4096 / 13.6)
    assert dma_cost(TRN, Transfer(64, 1)).tail_ns == pytest.approx(1300)
