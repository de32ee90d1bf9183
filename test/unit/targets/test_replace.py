"""Machines with other values for some keys."""

import re
from typing import Any

import pytest

from accelc import Target
from accelc.errors import TargetError
from accelc.targets import parse_target


def test_keys_are_replaced() -> None:
    target = Target.load("trn-like")
    other = target.replace({"name": "half", "dma.packet_bytes": 64, "sync.inc_latency_ns": 64.0})
    assert (other.name, other.dma.packet_bytes, other.sync.inc_latency_ns, other.tensor.cols) == ("half", 64, 64.0, 128)
    assert (target.name, target.dma.packet_bytes) == ("trn-like", 4096)
    back = {"name": "trn-like", "dma.packet_bytes": 4096, "sync.inc_latency_ns": target.sync.inc_latency_ns}
    assert other.replace(back) == target


def test_the_description_is_the_target() -> None:
    target = Target.load("tiny").replace({"dma.packet_bytes": 128, "engine.scalar.funcs": ("identity", "relu")})
    assert parse_target(target.to_toml(), "text") == target
    assert target.engines["scalar"].funcs == ("identity", "relu")
    assert Target.load(target) is target  # pyright: ignore[reportArgumentType]


def test_an_optional_key_is_taken_away() -> None:
    target = Target.load("trn-like")
    assert target.power is not None
    assert target.replace({"power": None}).power is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"engine.tensor.rowz": 64},
            "target 'tiny' with engine.tensor.rowz = 64: engine.tensor.rowz: unknown key; did you mean 'rows'",
        ),
        ({"engine.tensor.rows": "many"}, "engine.tensor.rows = 'many': engine.tensor.rows: "),
        ({"engine.tensor.rows": 0}, "engine.tensor.rows = 0: engine.tensor.rows: "),
        ({"name.first": "x"}, "key 'name.first': 'name' is a value, not a table"),
        ({"name": None}, "name = None: "),
        ({"dma.ringz": None}, "target 'tiny': key 'dma.ringz' = None: no machine has such a key"),
        ({"engine.pool": None}, "target 'tiny': key 'engine.pool' = None: no machine has such a key"),
        ({"memory.sbuf.banks": 3}, "memory.sbuf"),
    ],
)
def test_wrong_changes(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TargetError, match=re.escape(message)):
        Target.load("tiny").replace(changes)
