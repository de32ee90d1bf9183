"""Rules between keys of a machine description, checked once every single key is legal."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from accelc.errors import suggestion
from accelc.targets.capabilities import check_capability
from accelc.targets.conditions import parse_condition
from accelc.targets.layout import DOMAINS
from accelc.targets.locate import Path
from accelc.targets.model import is_added
from accelc.targets.schema import Problems

Document = Mapping[str, Any]


def check_consistency(document: Document, problems: Problems) -> None:
    """Add to `problems` what contradicts itself in a validated document."""
    _check_domains(document, problems)
    _check_topology(document, problems)
    for name in ("sbuf", "psum", "wfifo"):
        if name in document["memory"]:
            _check_partitioned(name, document["memory"][name], problems)
    _check_ports(document, problems)
    _check_tensor(document, problems)
    _check_tensor_port(document, problems)
    _check_shared(document, problems)
    for name, engine in document["engine"].items():
        if name != "tensor":
            _check_costs(("engine", name, "cost"), engine["cost"], problems)
    if "capabilities" in document:
        _check_capabilities(document["capabilities"], problems)


def _check_domains(document: Document, problems: Problems) -> None:
    for engine in document["engine"]:
        if engine not in document["time"]["domain"]:
            problems.add(("time", "domain"), f"missing key '{engine}': [engine.{engine}] has no clock")
    for domain in document["time"]["domain"]:
        if is_added(domain) and domain not in (*DOMAINS, *document["engine"]):
            near = suggestion(domain, (*DOMAINS, *document["engine"]))
            problems.add(("time", "domain", domain), f"there is no [engine.{domain}]{near}")


def _check_topology(document: Document, problems: Problems) -> None:
    topology = document["topology"]
    if topology["chips"] > 1 and "link" not in topology:
        problems.add(("topology", "chips"), f"{topology['chips']} chips need a [topology.link]")


def _check_shared(document: Document, problems: Problems) -> None:
    hbm, cores = document["memory"]["hbm"], document["topology"]["cores_per_chip"]
    shared, most = hbm.get("shared_bytes_per_ns"), hbm["bytes_per_ns"] * cores
    if shared is not None and shared > most:
        limit = f"{most:g} that {cores} cores of bytes_per_ns = {hbm['bytes_per_ns']:g} can take"
        problems.add(("memory", "hbm", "shared_bytes_per_ns"), f"{shared:g} is above the {limit}")


def _check_partitioned(name: str, memory: Document, problems: Problems) -> None:
    at: Path = ("memory", name)
    size, banks = memory["partition_bytes"], memory.get("banks", 1)
    align, element = memory.get("align", 1), memory.get("elem_bytes", 1)
    if size % banks:
        problems.add((*at, "banks"), f"{banks} banks do not divide partition_bytes = {size}")
    elif (size // banks) % element:
        problems.add((*at, "elem_bytes"), f"{element} bytes do not divide a bank of {size // banks} bytes")
    if size % align:
        problems.add((*at, "align"), f"{align} bytes do not divide partition_bytes = {size}")
    partitions = memory["partitions"]
    covered = 0
    for index, rule in enumerate(memory["start_partition"]):
        here = (*at, "start_partition", index)
        if rule["max_parts"] <= covered:
            problems.add((*here, "max_parts"), f"{rule['max_parts']} is not above {covered} of the rule before it")
        if partitions % rule["quantum"]:
            problems.add((*here, "quantum"), f"{rule['quantum']} does not divide partitions = {partitions}")
        covered = max(covered, rule["max_parts"])
    if covered < partitions:
        problems.add((*at, "start_partition"), f"no rule covers accesses of {covered + 1} to {partitions} partitions")


def _check_ports(document: Document, problems: Problems) -> None:
    memories, engines = set(document["memory"]), {*document["engine"], "dma"}
    counts = Counter(port["engine"] for port in document["port"])
    groups = Counter(group for port in document["port"] for group in port.get("exclusive", ()))
    for index, port in enumerate(document["port"]):
        at: Path = ("port", index)
        if port["engine"] not in engines:
            near = suggestion(port["engine"], sorted(engines))
            problems.add((*at, "engine"), f"'{port['engine']}' has no [engine.{port['engine']}]{near}")
        if counts[port["engine"]] > 1:
            problems.add((*at, "engine"), f"'{port['engine']}' has {counts[port['engine']]} ports; one is legal")
        _check_port_lists(at, port, memories, groups, problems)
    for engine in sorted(engines - set(counts)):
        where: Path = ("dma",) if engine == "dma" else ("engine", engine)
        problems.add(where, f"no [[port]] for engine '{engine}': it could not reach any memory")
    for name in sorted({"sbuf", "psum", "wfifo"} & memories):
        for place, engine in enumerate(document["memory"][name].get("accumulate", ())):
            if engine not in engines:
                problems.add(("memory", name, "accumulate", place), f"'{engine}' has no [engine.{engine}]")


def _check_port_lists(at: Path, port: Document, memories: set[str], groups: Counter[str], problems: Problems) -> None:
    for side in ("read", "write"):
        for place, memory in enumerate(port[side]):
            if memory not in memories:
                problems.add((*at, side, place), f"'{memory}' has no [memory.{memory}]")
    for place, group in enumerate(port.get("exclusive", ())):
        if groups[group] < 2:
            problems.add((*at, "exclusive", place), f"group '{group}' has one member; it excludes nothing")


def _check_tensor(document: Document, problems: Problems) -> None:
    at: Path = ("engine", "tensor")
    tensor, memory = document["engine"]["tensor"], document["memory"]
    for key, name in (("rows", "sbuf"), ("cols", "psum")):
        if tensor[key] > memory[name]["partitions"]:
            limit = memory[name]["partitions"]
            problems.add((*at, key), f"{tensor[key]} is above the {limit} partitions of memory.{name}")
    bank = memory["psum"]["partition_bytes"] // memory["psum"].get("banks", 1)
    needed = tensor["moving_max"] * memory["psum"].get("elem_bytes", 4)
    if needed > bank:
        problems.add((*at, "moving_max"), f"{tensor['moving_max']} elements need {needed} bytes of a {bank}-byte bank")
    for index, (rows, cols) in enumerate(tensor["tiling"]):
        if rows > tensor["rows"] or cols > tensor["cols"]:
            limit = f"{tensor['rows']} x {tensor['cols']}"
            problems.add((*at, "tiling", index), f"a tile of {rows} x {cols} exceeds the {limit} array")
    if "ws" not in tensor["dataflow"]:
        problems.add((*at, "dataflow"), "'ws' is missing: weight-stationary is what programs use of the array")
    if not tensor["rate"]:
        problems.add((*at, "rate"), "no dtype has a rate; at least one is needed")
    for dtype in tensor["accum"]:
        if dtype != "default" and dtype not in tensor["rate"]:
            problems.add((*at, "accum", dtype), f"'{dtype}' has no rate in [engine.tensor.rate]")


def _check_tensor_port(document: Document, problems: Problems) -> None:
    at: Path = ("engine", "tensor")
    tensor = document["engine"]["tensor"]
    reads = {name for port in document["port"] if port["engine"] == "tensor" for name in port["read"]}
    writes = {name for port in document["port"] if port["engine"] == "tensor" for name in port["write"]}
    for place, source in enumerate(tensor.get("ls_source", ("sbuf",))):
        if source not in reads:
            problems.add((*at, "ls_source", place), f"the port of 'tensor' does not read '{source}'")
    if "psum" not in writes:
        problems.add(at, "the port of 'tensor' does not write 'psum', where the array accumulates")


def _check_costs(at: Path, rules: tuple[Document, ...], problems: Problems) -> None:
    settled: dict[str, int] = {}
    for index, rule in enumerate(rules):
        if rule["op"] in settled:
            first = settled[rule["op"]]
            problems.add((*at, index), f"never reached: rule {first} for '{rule['op']}' has no condition")
        if "when" not in rule:
            settled.setdefault(rule["op"], index)
            continue
        try:
            parse_condition(rule["when"])
        except ValueError as error:
            problems.add((*at, index, "when"), str(error))


def _check_capabilities(table: Document, problems: Problems) -> None:
    for index, entry in enumerate(table.get("op", ())):
        for key, when in (("name", None), ("when", entry.get("when"))):
            try:
                check_capability(entry["name"], when)
            except ValueError as error:
                problems.add(("capabilities", "op", index, key), str(error))
                break
