"""Operations of StableHLO without meaning here, each with the reason."""

from collections.abc import Mapping

from accelc.frontends.mlir.call import Call, Results, Rule, Table

_NO_RANDOM = "there are no random numbers on the machine; make them before, as inputs of the program"
_ONE_DEVICE = "the program is compiled for one device; export it without sharding"
_DYNAMIC = "sizes that are not known when compiling; export the program with static shapes"
_COMPLEX = "there are no complex numbers in the graph dialect"
_LINEAR = "there is no such solver in the graph dialect; keep it on the host"
_TUPLE = "tuples; export the program with flat results"
_STREAM = "there are no queues to the outside during a run"

REASONS: Mapping[str, str] = {
    **dict.fromkeys(["rng", "rng_bit_generator"], _NO_RANDOM),
    **dict.fromkeys(
        [
            "all_reduce",
            "all_gather",
            "all_to_all",
            "reduce_scatter",
            "collective_permute",
            "collective_broadcast",
            "partition_id",
            "replica_id",
            "cross-replica-sum",
        ],
        _ONE_DEVICE,
    ),
    **dict.fromkeys(
        [
            "dynamic_reshape",
            "dynamic_broadcast_in_dim",
            "dynamic_iota",
            "dynamic_pad",
            "dynamic_gather",
            "dynamic_conv",
            "real_dynamic_slice",
            "get_dimension_size",
            "set_dimension_size",
        ],
        _DYNAMIC,
    ),
    **dict.fromkeys(["complex", "real", "imag", "fft"], _COMPLEX),
    **dict.fromkeys(["cholesky", "triangular_solve"], _LINEAR),
    **dict.fromkeys(["tuple", "get_tuple_element"], _TUPLE),
    **dict.fromkeys(["infeed", "outfeed", "send", "recv", "create_token", "after_all"], _STREAM),
    "bitcast_convert": "bits of one type read as another; the graph dialect has values, not bits",
    "uniform_quantize": "quantized types; export the program with integers and scales",
    "uniform_dequantize": "quantized types; export the program with integers and scales",
}
"""Operation of the dialect -> why it is refused."""


def _refuse(reason: str) -> Rule:
    def rule(call: Call) -> Results:
        raise call.error(reason)

    return rule


def _custom_call(call: Call) -> Results:
    target = call.view.text("call_target_name").removeprefix("@")
    if target in ("Sharding", "SPMDFullToShardShape", "SPMDShardToFullShape"):
        return call.operands
    raise call.error(f"calls '{target}', a function of another runtime; replace it in the source program")


RULES: Table = {
    "stablehlo.custom_call": _custom_call,
    **{f"stablehlo.{name}": _refuse(reason) for name, reason in REASONS.items()},
}
"""Rules of this module."""
