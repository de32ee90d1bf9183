"""The canonical text of a machine reads back as the same machine, and its hash depends on nothing else."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelc.errors import TargetError
from accelc.targets import load_target, parse_target, target_names
from accelc.targets.canonical import canonical_toml, target_hash
from accelc.targets.model import CostRule, Target
from accelc.targets.reader import preset_path

PRESETS = [load_target(name) for name in target_names()]


@pytest.mark.parametrize("target", PRESETS, ids=lambda target: target.name)
def test_presets_round_trip(target: Target) -> None:
    """Writing and reading a preset is the identity, and writing is idempotent."""
    text = canonical_toml(target)
    assert parse_target(text, "t.toml") == target
    assert canonical_toml(parse_target(text, "t.toml")) == text


def test_hash_ignores_comments_order_and_spelling() -> None:
    """A target is what its values say; how the file is laid out does not bind a program to it."""
    text = preset_path("tiny").read_text(encoding="utf-8")
    rewritten = re.sub(r"#.*", "", text).replace("4_096", "0x1000").replace("bytes_per_ns = 4.0", "bytes_per_ns = 4")
    rewritten = rewritten.replace("rows = 4\ncols = 4\n", "cols = 4\nrows = 4\n")
    # Keys that are written with their default value mean the same as keys that are left out.
    rewritten = rewritten.replace("moving_max = 16", 'ls_full = false\nls_source = ["sbuf"]\nmoving_max = 16')
    assert rewritten != text
    assert target_hash(parse_target(rewritten, "t.toml")) == target_hash(load_target("tiny"))


finite = st.floats(min_value=1e-6, max_value=1e6)
rules = st.lists(
    st.builds(
        CostRule,
        op=st.sampled_from(["copy", "cast", "reduce"]),
        cpe=st.floats(min_value=1e-3, max_value=1e4),
        extra=st.integers(0, 1000),
        when=st.sampled_from(["all_bf16", "zero & half", "contiguous & op_in(add, max)"]),
    ),
    min_size=1,
    max_size=4,
).map(tuple)


@st.composite
def targets(draw: st.DrawFn) -> Target:
    """A preset with values of every kind (integer, real, string, list, table, array of tables) changed."""
    target = draw(st.sampled_from(PRESETS))
    dma = replace(
        target.dma,
        engines=draw(st.integers(1, 1024)),
        bytes_per_ns=draw(finite),
        transpose_efficiency=draw(st.floats(min_value=1e-6, max_value=1)),
        sbuf_partition_rule=draw(st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=20)),
        max_inflight_packets=draw(st.integers(0, 100).filter(lambda n: n != 0)),
    )
    vector = replace(target.engines["vector"], cost=draw(rules), funcs=draw(st.sampled_from([(), ("relu", "exp")])))
    return replace(
        target,
        name=draw(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)),
        dma=dma,
        engines={**target.engines, "vector": vector},
        host=replace(target.host, launch_ns=draw(st.floats(min_value=0, max_value=1e9))),
        hbm=replace(target.hbm, bytes=draw(st.integers(64, 1 << 44))),
    )


@given(targets())
def test_round_trip(target: Target) -> None:
    """Reading what was written gives an equal target with an equal hash."""
    again = parse_target(canonical_toml(target), "t.toml")
    assert again == target
    assert target_hash(again) == target_hash(target)


@given(targets(), targets())
def test_different_targets_have_different_hashes(one: Target, other: Target) -> None:
    """The canonical text leaves out nothing that distinguishes two machines."""
    assert (target_hash(one) == target_hash(other)) == (one == other)


def _values(value: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([value, "", "[", "]", "{}", "=", "'", '"""', "[[port]]", "-1", "1e999", "\x7f", "é", "."])


@given(st.sampled_from(target_names()), st.data())
def test_damaged_files_are_diagnosed(name: str, data: st.DataObject) -> None:
    """Any damage to a file is either harmless or ends in a TargetError whose lines are located."""
    text = preset_path(name).read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 40))
    damaged = text[:start] + str(data.draw(_values(text[start : start + 3]))) + text[start + length :]
    try:
        parse_target(damaged, "t.toml")
    except TargetError as error:
        for line in str(error).splitlines():
            assert re.match(r"t\.toml(:\d+:\d+)?: error: |\.\.\. and \d+ more$", line), line
