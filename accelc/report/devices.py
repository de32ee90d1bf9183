"""What a run on several devices found: the JSON object and the text of `accelc sim --devices`."""

from dataclasses import asdict
from typing import Any, TextIO

from accelc.runtime.devices import DevicesResult
from accelc.targets.model import Target


def devices_json(name: str, target: Target, result: DevicesResult, seconds: float) -> dict[str, Any]:
    """The object that `accelc sim --devices N --json` prints."""
    return {
        "program": name,
        "target": target.name,
        "devices": result.devices,
        "iterations": result.iterations,
        "time": {"total_ns": result.total_ns, "compute_ns": list(result.compute_ns)},
        "all_reduce": [asdict(one) for one in result.reductions],
        "links": {
            "bytes": result.link_bytes,
            "utilization": result.link_utilization,
            "busiest_utilization": result.busiest_utilization,
        },
        "seconds": {"simulate": seconds},
    }


def print_devices(name: str, target: Target, result: DevicesResult, compared: bool, file: TextIO) -> None:
    """Lines of facts; `compared`: the outputs were computed, and the sums are the same on all devices."""
    link = target.topology.link
    assert link is not None
    each = "" if result.iterations == 1 else f", {result.iterations} iterations"
    facts = [
        ("program", f"{name} on {result.devices} devices of {target.name} ({link.kind}){each}"),
        ("time", f"{result.total_ns / 1e3:.3f} us"),
        ("compute", f"{max(result.compute_ns) / 1e3:.3f} us per iteration"),
    ]
    for one in result.reductions:
        alone = "" if one.alone_ns is None else f" (closed form {one.alone_ns / 1e3:.3f} us)"
        facts.append(
            ("all-reduce", f"{one.output} by {one.algorithm}: {one.nbytes:,} bytes in {one.ns / 1e3:.3f} us{alone}")
        )
    if result.reductions:
        busy = f"{result.link_utilization:.1%} of all links, {result.busiest_utilization:.1%} of the busiest"
        facts.append(("links", f"{result.link_bytes:,.0f} bytes per iteration; while they are used {busy}"))
    if compared and result.reductions:
        facts.append(("sums", "the same bits on every device"))
    for label, text in facts:
        print(f"{label:<11} {text}", file=file)
