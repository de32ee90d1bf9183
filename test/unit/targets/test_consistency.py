"""Keys that contradict each other are reported at one of them, with the figure the other one has."""

import pytest

from accelc.errors import TargetError
from accelc.targets import parse_target
from accelc.targets.reader import preset_path

TINY = preset_path("tiny").read_text(encoding="utf-8")
GPSIMD = TINY[TINY.index("[engine.gpsimd]") : TINY.index("[dma]")]
SBUF_BANKS = "partition_bytes = 4_096\nbanks = 4"
PSUM_BANKS = "partition_bytes = 256\nbanks = 4 "
SBUF_STARTS = "{max_parts = 4, quantum = 4} ]\nfree_dims = 4"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("gpsimd = 1\n", "", "time.domain: missing key 'gpsimd': [engine.gpsimd] has no clock"),
        ("[topology.link]\n", "[topology.lonk]\n", "topology.lonk: unknown key; did you mean 'link'?"),
        (
            TINY[TINY.index("[topology.link]") : TINY.index("[memory.hbm]")],
            "",
            "topology.chips: 2 chips need a [topology.link]",
        ),
        (
            "bytes_per_ns = 8.0\n",
            "bytes_per_ns = 8.0\nshared_bytes_per_ns = 20.0\n",
            "memory.hbm.shared_bytes_per_ns: 20 is above the 16 that 2 cores of bytes_per_ns = 8 can take",
        ),
        ("mac_pj = { default = 1.0 }", "mac_pj = { bf16 = 1.0 }", "power.mac_pj: missing key 'default'"),
        (
            SBUF_BANKS,
            "partition_bytes = 4_096\nbanks = 3",
            "memory.sbuf.banks: 3 banks do not divide partition_bytes = 4096",
        ),
        (
            "align = 1\nstart",
            "align = 3\nstart",
            "memory.sbuf.align: 3 bytes do not divide partition_bytes = 4096",
        ),
        (
            'dataflow = ["ws"]',
            'dataflow = ["os"]',
            "engine.tensor.dataflow: 'ws' is missing: weight-stationary is what",
        ),
        ("elem_bytes = 4", "elem_bytes = 5", "memory.psum.elem_bytes: 5 bytes do not divide a bank of 64 bytes"),
        (
            SBUF_STARTS,
            "{max_parts = 4, quantum = 3} ]\nfree_dims = 4",
            "memory.sbuf.start_partition[2].quantum: 3 does not divide partitions = 4",
        ),
        (
            SBUF_STARTS,
            "{max_parts = 2, quantum = 4} ]\nfree_dims = 4",
            "memory.sbuf.start_partition[2].max_parts: 2 is not above 2 of the rule before it",
        ),
        (
            SBUF_STARTS,
            "{max_parts = 3, quantum = 4} ]\nfree_dims = 4",
            "memory.sbuf.start_partition: no rule covers accesses of 4 to 4 partitions",
        ),
        (
            'engine = "gpsimd"\n',
            'engine = "scalar"\n',
            "port[2].engine: 'scalar' has 2 ports; one is legal",
        ),
        (
            'engine = "gpsimd"\n',
            'engine = "scalar"\n',
            "engine.gpsimd: no [[port]] for engine 'gpsimd': it could not reach any memory",
        ),
        (GPSIMD, "", "port[3].engine: 'gpsimd' has no [engine.gpsimd]"),
        ('read = ["sbuf"]\nwrite = ["sbuf"]', 'read = ["wfifo"]\nwrite = ["sbuf"]', "port[3].read[0]: 'wfifo' has no"),
        (
            'read = ["sbuf"]\nwrite = ["psum"]',
            'read = ["sbuf"]\nwrite = ["sbuf"]',
            "engine.tensor: the port of 'tensor' does not write 'psum', where the array accumulates",
        ),
        (
            'read = ["sbuf"]\nwrite = ["psum"]',
            'read = ["hbm"]\nwrite = ["psum"]',
            "engine.tensor.ls_source[0]: the port of 'tensor' does not read 'sbuf'",
        ),
        (
            'exclusive = ["psum_vs"]',
            'exclusive = ["psum_xx"]',
            "port[2].exclusive[0]: group 'psum_xx' has one member; it excludes nothing",
        ),
        ('accumulate = ["tensor"]', 'accumulate = ["scalar", "tensor", "dma"]', None),
        ("rows = 4", "rows = 8", "engine.tensor.rows: 8 is above the 4 partitions of memory.sbuf"),
        ("cols = 4\n", "cols = 8\n", "engine.tensor.cols: 8 is above the 4 partitions of memory.psum"),
        ("moving_max = 16", "moving_max = 17", "engine.tensor.moving_max: 17 elements need 68 bytes of a 64-byte bank"),
        (
            "tiling = [[4, 4]]",
            "tiling = [[4, 4], [8, 2]]",
            "engine.tensor.tiling[1]: a tile of 8 x 2 exceeds the 4 x 4 array",
        ),
        ('default = "fp32"', 'default = "fp32"\nuint8 = "int32"', "engine.tensor.accum.uint8: 'uint8' has no rate in"),
        (
            '{ op = "reciprocal", cpe = 8.0 } ]',
            '{ op = "reciprocal", cpe = 8.0 }, { op = "cast", cpe = 9.0 } ]',
            "never reached: rule ",
        ),
        (
            '{ op = "gather", cpe = 2.0, extra = 10 }',
            '{ op = "gather", cpe = 2.0, extra = 10, when = "all_bf16 & op_is(add)" }',
            "engine.gpsimd.cost[2].when: 'op_is(add)' is none of one_src_psum_one_sbuf, all_bf16, ",
        ),
    ],
)
def test_contradiction(old: str, new: str, message: str | None) -> None:
    """The mistake is named by key and by the figure it contradicts; None: the change is legal."""
    assert TINY.count(old) == 1, f"{old!r} occurs {TINY.count(old)} times"
    text = TINY.replace(old, new)
    if message is None:
        parse_target(text, "t.toml")
        return
    with pytest.raises(TargetError) as caught:
        parse_target(text, "t.toml")
    assert any(message in line for line in str(caught.value).splitlines()), str(caught.value)


def test_accumulating_engine_must_exist() -> None:
    """A memory cannot accumulate for an engine that the machine does not have."""
    gpsimd_port = TINY[TINY.index('[[port]]\nengine = "gpsimd"') : TINY.index('[[port]]\nengine = "dma"')]
    text = TINY.replace(GPSIMD, "").replace(gpsimd_port, "")
    text = text.replace('exclusive = ["sbuf_vg", "psum_vs"]', 'exclusive = ["psum_vs"]')
    parse_target(text, "t.toml")
    with pytest.raises(TargetError, match=r"memory\.psum\.accumulate\[0\]: 'gpsimd' has no \[engine\.gpsimd\]$"):
        parse_target(text.replace('accumulate = ["tensor"]', 'accumulate = ["gpsimd"]'), "t.toml")
