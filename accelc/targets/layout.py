"""The schema `accelc-target/1`: every key of a machine description, its type, unit and legal range."""

from accelc.targets.schema import Choice, Flag, Int, ListOf, MapOf, Others, Pair, Real, Spec, Table, Text

SCHEMA = "accelc-target/1"
DTYPES = ("fp32", "tf32", "bf16", "fp16", "fp8e4", "fp8e5", "int4", "int8", "uint8", "int16", "int32")
DOMAINS = ("tensor", "vector", "scalar", "gpsimd", "sync", "mem")
ADDED_ENGINE = (
    r"(?!(?:tensor|vector|scalar|gpsimd|sync|mem|dma[a-z0-9_]*)$)[a-z][a-z0-9_]{0,31}",
    "the name of an engine of its own: a letter and at most 31 of a-z 0-9 _, not beginning with dma",
)
"""Names of SIMD engines that a machine has beside vector, scalar and gpsimd: a pattern, and in words."""
MOST_ADDED = 16
ENGINE_NAME = Text(r"[a-z][a-z0-9_]{0,31}", 'the name of an engine, or "dma"')
MEMORIES = ("hbm", "host", "sbuf", "psum", "wfifo")
COST_OPS = (
    "activate", "affine_select", "bn_aggr", "bn_stats", "cast", "copy", "gather", "iota", "max8", "memset",
    "partition_reduce", "pool", "range_select", "reciprocal", "reduce", "scalar_tensor_tensor", "scan", "select",
    "shuffle32", "tensor_scalar", "tensor_scalar_reduce", "tensor_tensor", "transpose32",
)  # fmt: skip
INSTRUCTIONS = "accelc.instructions"
"""Group of entry points by which packages add instructions, whose names are those of their cost rules."""
FUNCTIONS = (
    "abs", "atan", "ceil", "cos", "erf", "exp", "floor", "gelu", "gelu_tanh", "identity", "ln", "reciprocal", "relu",
    "round", "rsqrt", "sigmoid", "sign", "silu", "sin", "softplus", "sqrt", "square", "tanh", "trunc",
)  # fmt: skip
INTEGERS = ("int8", "uint8", "int32", "int64")
DMA_OPS = (
    "add", "cast", "copy", "fma", "gather", "max", "memset", "min", "pool", "scale", "scatter", "transpose",
)  # fmt: skip

GIB = 1 << 30
CLOCK = Int(1, 10_000, "ticks/cycle")
PARTITIONS = Int(1, 1024, "partitions")
CYCLES = Int(0, 1_000_000, "cycles")
NANOSECONDS = Real(0, 1e9, "ns")
BANDWIDTH = Real(0, 1e6, "bytes/ns", closed=False)
LINEAR_MEMORY: dict[str, Spec] = {
    "bytes": Int(64, 1 << 44, "bytes"),
    "bytes_per_ns": BANDWIDTH,
    "latency_ns": NANOSECONDS,
    "channels": Int(1, 1024, "channels"),
    "align": Int(1, 65_536, "bytes"),
}
LINEAR_OPTIONAL = frozenset({"channels", "align"})
PICOJOULES = Real(0, 1e6, "pJ")
PARTITIONED_MEMORY: dict[str, Spec] = {
    "partitions": PARTITIONS,
    "partition_bytes": Int(16, GIB, "bytes"),
    "start_partition": ListOf(Table({"max_parts": PARTITIONS, "quantum": PARTITIONS}), least=1, most=16),
    "stride_penalty": Table({"bytes": Int(0, 65_536, "bytes"), "factor": Int(1, 64)}),
    "banks": Int(1, 1024, "banks"),
    "align": Int(1, 65_536, "bytes"),
    "elem_bytes": Int(1, 8, "bytes"),
    "free_dims": Int(1, 4, "dimensions"),
    "fifo_tiles": Int(1, 1024, "tiles"),
    "accumulate": ListOf(ENGINE_NAME, distinct=True),
    "conflict": Choice(("none", "single-port", "same-bank")),
}
PARTITIONED_OPTIONAL = frozenset({"banks", "align", "elem_bytes", "free_dims", "fifo_tiles", "accumulate", "conflict"})
COMPUTE_ENGINE = Table(
    {
        "lanes": Int(1, 1024, "lanes"),
        "min_ii": Int(1, 1_000_000, "cycles"),
        "latency": CYCLES,
        "compute": Choice(("fp32",)),
        "lut_switch_cycles": CYCLES,
        "accum_read_cycles": CYCLES,
        "funcs": ListOf(Choice(FUNCTIONS), distinct=True),
        "integers": ListOf(Choice(INTEGERS), distinct=True),
        "cost": ListOf(
            Table(
                {
                    "op": Choice(COST_OPS, INSTRUCTIONS),
                    "cpe": Real(0, 1e4, "cycles/element", closed=False),
                    "extra": CYCLES,
                    "when": Text(r"[^\n]{1,200}", 'a condition such as "all_bf16 & op_in(add,max)"'),
                },
                frozenset({"extra", "when"}),
            ),
            least=1,
        ),
    },
    frozenset({"lut_switch_cycles", "accum_read_cycles", "funcs", "integers"}),
)
TENSOR_ENGINE = Table(
    {
        "rows": Int(1, 1024, "rows"),
        "cols": Int(1, 1024, "columns"),
        "dataflow": ListOf(Choice(("ws", "os")), least=1, distinct=True),
        "shadow_planes": Int(0, 8, "planes"),
        "ls_axis": Choice(("rows", "cols")),
        "ls_vectors_per_cycle": Int(1, 1024, "vectors/cycle"),
        "ls_full": Flag(),
        "ls_source": ListOf(Choice(("sbuf", "wfifo")), least=1, distinct=True),
        "mm_min_ii": Int(1, 65_535, "cycles"),
        "moving_max": Int(1, 65_535, "elements"),
        "read_latency": CYCLES,
        "psum_write_latency": CYCLES,
        "pe_latency": Int(1, 64, "cycles"),
        "tiling": ListOf(Pair(Int(1, 1024)), least=1),
        "rate": MapOf(DTYPES, Real(0, 16, "rows/cycle", closed=False)),
        "accum": MapOf((*DTYPES, "default"), Choice(("fp32", "int32")), required=("default",)),
    },
    frozenset({"ls_full", "ls_source"}),
)
CAPABILITIES = Table(
    {
        "others": Flag(),
        "op": ListOf(
            Table(
                {
                    "name": Text(r"[A-Za-z0-9_.$-]{1,64}", 'the name of an operation such as "conv"'),
                    "dtypes": ListOf(Choice((*DTYPES, "int64", "i1")), least=1, distinct=True),
                    "when": Text(r"[^\n]{1,200}", 'a predicate such as "group == 1 and weight[2] <= 11"'),
                    "max_bytes": Int(1, 1 << 44, "bytes"),
                },
                frozenset({"dtypes", "when", "max_bytes"}),
            )
        ),
    },
    frozenset({"others", "op"}),
)
TARGET = Table(
    {
        "schema": Choice((SCHEMA,)),
        "name": Text(r"[a-z0-9][a-z0-9._-]{0,63}", "a name of at most 64 of a-z 0-9 . _ -"),
        "isa": Table({"major": Int(1, 1), "minor": Int(0, 65_535), "instr_bytes": Int(128, 128, "bytes")}),
        "time": Table(
            {
                "tick_hz": Int(1_000_000, 1_000_000_000_000, "Hz"),
                "domain": MapOf(
                    DOMAINS, CLOCK, required=("tensor", "sync", "mem"), others=Others(*ADDED_ENGINE, CLOCK, MOST_ADDED)
                ),
            }
        ),
        "topology": Table(
            {
                "cores_per_chip": Int(1, 1024, "cores"),
                "chips": Int(1, 65_536, "chips"),
                "link": Table(
                    {
                        "kind": Choice(("ring", "mesh", "torus", "all-to-all")),
                        "links_per_chip": Int(1, 256, "links"),
                        "bytes_per_ns_per_link": BANDWIDTH,
                        "hop_latency_ns": NANOSECONDS,
                        "algorithms": ListOf(Choice(("ring", "mesh")), least=1, distinct=True),
                    }
                ),
            },
            frozenset({"link"}),
        ),
        "memory": Table(
            {
                "hbm": Table(
                    {**LINEAR_MEMORY, "shared_bytes_per_ns": BANDWIDTH}, LINEAR_OPTIONAL | {"shared_bytes_per_ns"}
                ),
                "host": Table(LINEAR_MEMORY, LINEAR_OPTIONAL),
                **{name: Table(PARTITIONED_MEMORY, PARTITIONED_OPTIONAL) for name in ("sbuf", "psum", "wfifo")},
            },
            frozenset({"wfifo"}),
        ),
        "port": ListOf(
            Table(
                {
                    "engine": ENGINE_NAME,
                    "read": ListOf(Choice(MEMORIES), least=1, distinct=True),
                    "write": ListOf(Choice(MEMORIES), least=1, distinct=True),
                    "exclusive": ListOf(Text(r"[a-z0-9_-]{1,64}", "a name of a-z 0-9 _ -"), distinct=True),
                },
                frozenset({"exclusive"}),
            ),
            least=1,
        ),
        "sequencer": Table(
            {
                "registers": Int(0, 65_535, "registers"),
                "queue_depth": Int(1, 65_535, "instructions"),
                "fetch_bytes_per_ns": BANDWIDTH,
                "decode_cycles": CYCLES,
                "branch_cycles": CYCLES,
                "dynamic_operand_cycles": CYCLES,
            }
        ),
        "sync": Table(
            {
                "semaphores": Int(1, 256, "semaphores"),
                "width_bits": Int(8, 32, "bits"),
                "inc_latency_ns": NANOSECONDS,
                "wait_wakeup_ns": NANOSECONDS,
                "update_points": ListOf(Choice(("read", "complete")), least=1, distinct=True),
            }
        ),
        "engine": Table(
            {"tensor": TENSOR_ENGINE, "vector": COMPUTE_ENGINE, "scalar": COMPUTE_ENGINE, "gpsimd": COMPUTE_ENGINE},
            frozenset({"gpsimd"}),
            Others(*ADDED_ENGINE, COMPUTE_ENGINE, MOST_ADDED),
        ),
        "dma": Table(
            {
                "engines": Int(1, 1024, "engines"),
                "rings_per_engine": Int(1, 64, "rings"),
                "arbitration": Choice(("round-robin",)),
                "bytes_per_ns": BANDWIDTH,
                "packet_bytes": Int(1, 1 << 24, "bytes"),
                "packet_overhead_ns": NANOSECONDS,
                "descriptor_overhead_ns": NANOSECONDS,
                "start_latency_ns": NANOSECONDS,
                "completion_latency_ns": NANOSECONDS,
                "issue_interval_ns": NANOSECONDS,
                "static_issue_interval_ns": NANOSECONDS,
                "ndims": Int(1, 4, "dimensions"),
                "ops": ListOf(Choice(DMA_OPS), least=1, distinct=True),
                "transpose_efficiency": Real(0, 1, closed=False),
                "max_inflight_packets": Int(1, 65_535, "packets"),
                "sbuf_partition_rule": Text(r"[^\n]{0,200}", "one line of text"),
            },
            frozenset({"max_inflight_packets", "sbuf_partition_rule"}),
        ),
        "numerics": Table(
            {
                "round": Choice(("rne",)),
                "int_cast": Choice(("rne-saturate",)),
                "fp8_overflow": Choice(("saturate", "nan", "inf")),
                "tensor_sum_order": Choice(("column-sequential", "blas")),
            }
        ),
        "host": Table({"ops_per_ns": Real(0, 1e9, "operations/ns", closed=False), "bytes_per_ns": BANDWIDTH,
                       "launch_ns": NANOSECONDS}),
        "power": Table(
            {
                "idle_w": Real(0, 1e4, "W"),
                "mac_pj": MapOf((*DTYPES, "default"), PICOJOULES, required=("default",)),
                "stationary_byte_pj": PICOJOULES,
                "element_pj": PICOJOULES,
                "hbm_byte_pj": PICOJOULES,
                "dma_byte_pj": PICOJOULES,
                "window_ns": Real(0, 1e9, "ns", closed=False),
                "thermal": Table(
                    {
                        "ambient_c": Real(-273, 1000, "degrees Celsius"),
                        "k_per_w": Real(0, 1e4, "K/W", closed=False),
                        "time_ns": Real(0, 1e12, "ns", closed=False),
                    }
                ),
            },
            frozenset({"thermal"}),
        ),
        "capabilities": CAPABILITIES,
    },
    frozenset({"power", "capabilities"}),
)  # fmt: skip
