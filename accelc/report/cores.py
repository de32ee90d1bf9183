"""What a run on several cores found: the JSON object and the text of `accelc sim --cores`."""

from typing import Any, TextIO

from accelc.runtime.multicore import CoresResult
from accelc.targets.model import Target


def cores_json(
    name: str, target: Target, result: CoresResult, baseline: CoresResult | None, seconds: float
) -> dict[str, Any]:
    """The object that `accelc sim --cores N --json` prints; `baseline` is the same run with policy `off`."""
    found: dict[str, Any] = {
        "program": name,
        "target": target.name,
        "cores": result.cores,
        "iterations": result.iterations,
        "policy": result.policy,
        "time": {
            "total_ns": result.total_ns,
            "iteration_ns": list(result.iteration_ns),
            "alone_ns": result.alone_ns,
            "period_ends_ns": list(result.period_ns),
        },
        "throughput_per_s": result.throughput,
        "shifts_ns": list(result.shifts_ns),
        "throttle_cycles": result.throttle_cycles,
        "power": None if result.peak_w is None else {"peak_w": list(result.peak_w), "mean_w": result.mean_w},
        "temperature": None if result.peak_c is None else {"peak_c": list(result.peak_c)},
        "hbm_stall_ns": list(result.hbm_stall_ns),
        "seconds": {"simulate": seconds},
    }
    if baseline is not None:
        found["baseline"] = {
            "policy": baseline.policy,
            "total_ns": baseline.total_ns,
            "throughput_per_s": baseline.throughput,
            "power": None if baseline.peak_w is None else {"peak_w": list(baseline.peak_w), "mean_w": baseline.mean_w},
            "temperature": None if baseline.peak_c is None else {"peak_c": list(baseline.peak_c)},
            "hbm_stall_ns": list(baseline.hbm_stall_ns),
        }
    return found


def print_cores(
    name: str, target: Target, result: CoresResult, baseline: CoresResult | None, compared: bool, file: TextIO
) -> None:
    """Lines of facts, each with the figure of policy `off` behind it where another policy ran."""
    facts = [
        ("program", f"{name} on {result.cores} cores of {target.name}, {result.iterations} iterations each"),
        ("policy", result.policy),
        ("time", _against(f"{result.total_ns / 1e3:.3f} us", baseline and f"{baseline.total_ns / 1e3:.3f} us")),
        ("throughput", _throughput(result, baseline)),
        ("iteration", f"{max(result.iteration_ns) / 1e3:.3f} us, {result.alone_ns / 1e3:.3f} us with one core alone"),
    ]
    waited = f"{_stall_us(result):.3f} us per iteration"
    facts.append(("HBM stall", _against(waited, baseline and f"{_stall_us(baseline):.3f} us")))
    if result.shifts_ns:
        facts.append(("shifts", ", ".join(f"{shift / 1e3:.1f}" for shift in result.shifts_ns) + " us"))
    if result.policy == "cap":
        facts.append(("throttle", f"{result.throttle_cycles} cycles"))
    if result.peak_w is not None:
        before = baseline and baseline.peak_w and f"{max(baseline.peak_w):.2f} W"
        facts.append(("peak power", _against(f"{max(result.peak_w):.2f} W", before)))
        facts.append(("mean power", _against(f"{result.mean_w:.2f} W", baseline and f"{baseline.mean_w:.2f} W")))
    if result.peak_c is not None:
        before = baseline and baseline.peak_c and f"{max(baseline.peak_c):.2f} C"
        facts.append(("temperature", _against(f"{max(result.peak_c):.2f} C", before)))
    if compared:
        facts.append(("outputs", "the same bits on every core"))
    for label, text in facts:
        print(f"{label:<11} {text}", file=file)


def _stall_us(result: CoresResult) -> float:
    """Time that transfers of the core that lost most lost to those of other cores, per iteration."""
    return max(result.hbm_stall_ns) / result.iterations / 1e3


def _against(value: str, before: object) -> str:
    return f"{value} (off: {before})" if before else value


def _throughput(result: CoresResult, baseline: CoresResult | None) -> str:
    own = f"{result.throughput:,.0f} iterations/s"
    if baseline is None:
        return own
    return f"{own} (off: {baseline.throughput:,.0f}, {result.throughput / baseline.throughput - 1:+.1%})"
