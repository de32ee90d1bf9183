"""What an execution in stages found: JSON and tables."""

from collections import Counter
from dataclasses import asdict
from math import isfinite
from typing import Any, TextIO

from accelc.report.text import new_console, new_table, print_facts, printable, time_text
from accelc.staged.running import StagedRun

MAX_REASON = 120
"""Characters of a reason that the table shows; the JSON object has all."""


def staged_json(run: StagedRun) -> dict[str, Any]:
    """The object that `accelc run --json` prints for a model that is not one program."""
    comparison = None
    if run.comparison is not None:
        values = asdict(run.comparison)
        comparison = {k: None if isinstance(v, float) and not isfinite(v) else v for k, v in values.items()}
    return {
        "model": run.model,
        "target": run.target,
        "precision": run.precision,
        "staged": run.refused,
        "programs": {
            "compiled": len({id(step.compiled) for step in run.programs}),
            "executed": len(run.programs),
            "total_ns": run.result.total_ns,
        },
        "races": run.result.races,
        "ops": dict(Counter(tier.tier for tier in run.tiers)),
        "nodes": [
            {"name": t.node, "operator": t.op_type, "tier": t.tier, "reasons": list(dict.fromkeys(t.reasons))}
            for t in run.tiers
        ],
        "seconds": {"total": run.seconds},
        "reference": comparison,
    }


def print_staged(run: StagedRun, file: TextIO) -> None:
    """Where every node ran and why, programs, time and comparison."""
    console = new_console(file)
    console.print(printable(f"{run.model} on {run.target}, precision {run.precision}, in stages"))
    table = new_table("node", "operator", "executed by", "reason")
    for tier in run.tiers:
        # Branches that were not taken.
        if tier.tier == "skipped":
            continue
        reason = next(iter(tier.reasons), "")
        table.add_row(*map(printable, (tier.node, tier.op_type, tier.tier, reason[:MAX_REASON])))
    console.print(table)
    counts = Counter(tier.tier for tier in run.tiers)
    compiled = len({id(step.compiled) for step in run.programs})
    facts = [
        ("not one program", run.refused),
        ("nodes", ", ".join(f"{number} {tier}" for tier, number in counts.most_common())),
        ("programs", f"{compiled} compiled, {len(run.programs)} executions, {run.result.races} races"),
        ("time", f"{time_text(run.result.total_ns)} in programs"),
    ]
    if run.comparison is not None:
        found = run.comparison
        verdict = "within tolerance" if found.within_tolerance else "NOT within tolerance"
        facts.append(("reference", f"{found.oracle}: {verdict}, max abs error {found.max_abs_error:.3g}"))
    facts += [("", reason) for reason in run.passed_over]
    print_facts(console, facts)
