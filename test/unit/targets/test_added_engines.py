"""SIMD engines of names that only one machine has: described, used by the compiler, timed by their own cost rules."""

import re

import pytest

from accelc import Target
from accelc.errors import TargetError
from accelc.targets import parse_target


def _target(text: str) -> Target:
    return parse_target(text, "t.toml")


def test_a_machine_with_an_engine_of_its_own(lut_machine: str) -> None:
    target = _target(lut_machine)
    assert target.lanes[:5] == ("tensor", "vector", "scalar", "gpsimd", "lut")
    assert target.added == ("lut",)
    assert target.domain("lut") == 2
    assert {"softplus", "gelu_tanh"} <= set(target.functions) - set(Target.load("tiny").functions)
    assert _target(target.to_toml()) == target
    assert target.replace({"engine.lut.latency": 9}).engines["lut"].latency == 9


def test_it_is_taken_away(lut_machine: str) -> None:
    target = _target(lut_machine)
    with pytest.raises(TargetError, match=r"key 'engine\.lot' = None: no machine has such a key"):
        target.replace({"engine.lot": None})
    with pytest.raises(TargetError, match=r"time\.domain\.lut: there is no \[engine\.lut\]"):
        target.replace({"engine.lut": None})


def test_functions_of_an_engine_without_activations_are_none(lut_machine: str) -> None:
    text = lut_machine.replace('{ op = "activate", cpe = 0.25 }, ', "")
    assert text != lut_machine
    assert "softplus" not in _target(text).functions


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lut = 2\n", "", "time.domain: missing key 'lut': [engine.lut] has no clock"),
        ("lut = 2\n", "lut = 2\nlot = 2\n", "time.domain.lot: there is no [engine.lot]; did you mean 'lut'?"),
        ('engine = "lut"', 'engine = "lot"', "'lot' has no [engine.lot]; did you mean 'lut'?"),
        (
            "[engine.lut]",
            "[engine.Lut]",
            "engine.Lut: unknown key (known: gpsimd, scalar, tensor, vector, or the name of an engine of its own: a ",
        ),
        ("[engine.lut]", "[engine.dma_lut]", "engine.dma_lut: unknown key"),
        ("min_ii = 1\nlatency = 2", "latency = 2", "engine.lut: missing key 'min_ii'"),
    ],
)
def test_wrong_engines(lut_machine: str, old: str, new: str, message: str) -> None:
    assert lut_machine.count(old) == 1
    with pytest.raises(TargetError, match=re.escape(message)):
        _target(lut_machine.replace(old, new))


def test_too_many_engines(lut_machine: str) -> None:
    engine = lut_machine[lut_machine.index("[engine.lut]") : lut_machine.index("[dma]")]
    text = lut_machine
    for number in range(16):
        text = text.replace("[dma]", engine.replace("lut", f"lut{number}") + "[dma]", 1)
        text = text.replace("lut = 2\n", f"lut = 2\nlut{number} = 2\n", 1)
    with pytest.raises(TargetError, match=r"engine\.lut15: more than 16 keys beside gpsimd, scalar, tensor, vector"):
        _target(text)
