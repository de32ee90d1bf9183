"""What a session did: instructions hooked and given back, programs compiled and executed, times."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from accelc.driver import Placement
    from accelc.hooking.executor import Outcome

SHOWN = 12
"""Rows of a table that are printed at most."""


@dataclass
class Report:
    """
    Counts and times of a session.

    `hooked_calls` and `returned_calls` are by name, and by name and reason. `hook_seconds` is the time of hooked calls
    without NumPy's own, compilation and execution. `operations` counts executions by home. `interpreted` are
    instructions of segments that could not be compiled, by reason. `*_ns` are times of the simulated machine.
    """

    calls: str = "NumPy calls"
    """What is hooked, in the plural."""
    hooked_calls: Counter[str] = field(default_factory=Counter[str])
    returned_calls: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    operations: Counter[str] = field(default_factory=Counter[str])
    on_host: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    interpreted: Counter[str] = field(default_factory=Counter[str])
    hook_seconds: float = 0.0
    first_ir_seconds: float = 0.0
    compile_seconds: float = 0.0
    execute_seconds: float = 0.0
    first_irs: int = 0
    second_irs: int = 0
    executions: int = 0
    total_ns: float = 0.0
    accelerator_ns: float = 0.0
    races: int = 0

    def hooked(self, name: str, seconds: float) -> None:
        """Count an instruction that was recorded."""
        self.hooked_calls[name] += 1
        self.hook_seconds += seconds

    def returned(self, name: str, reason: str) -> None:
        """Count an instruction that NumPy executes."""
        self.returned_calls[name, reason] += 1

    def executed(self, placements: "Sequence[Placement]", outcome: "Outcome", seconds: float) -> None:
        """Count an execution of a program."""
        self.executions += 1
        self.execute_seconds += seconds
        self.total_ns += outcome.ns
        self.accelerator_ns += outcome.accelerator_ns
        self.races += outcome.races
        for placement in placements:
            self.operations[placement.home] += 1
            if placement.home != "accelerator":
                self.on_host[placement.op, placement.reason] += 1

    @property
    def overhead_us(self) -> float:
        """Microseconds of the hook for each call, recorded or given back."""
        calls = self.hooked_calls.total() + self.returned_calls.total()
        return 1e6 * self.hook_seconds / calls if calls else 0.0

    def as_json(self) -> dict[str, Any]:
        """All figures, for a file."""
        return {
            "hooked": dict(self.hooked_calls),
            "returned": [{"name": n, "reason": r, "calls": c} for (n, r), c in self.returned_calls.most_common()],
            "overhead_us_per_call": self.overhead_us,
            "first_irs": self.first_irs,
            "second_irs": self.second_irs,
            "executions": self.executions,
            "operations": dict(self.operations),
            "not_on_accelerator": [{"op": n, "reason": r, "count": c} for (n, r), c in self.on_host.most_common()],
            "interpreted": dict(self.interpreted),
            "time_ns": {"total": self.total_ns, "accelerator": self.accelerator_ns},
            "races": self.races,
            "seconds": {
                "hook": self.hook_seconds,
                "first_ir": self.first_ir_seconds,
                "compile": self.compile_seconds,
                "execute": self.execute_seconds,
            },
        }

    def headline(self) -> str:
        """The first line of a summary."""
        hooked, returned = self.hooked_calls.total(), self.returned_calls.total()
        return f"{hooked} {self.calls} hooked, {returned} given back; {self.overhead_us:.1f} us a call"

    def print(self, out: TextIO) -> None:
        """A summary, then the calls given back with their reasons."""
        print(
            self.headline(),
            f"{self.first_irs} first IRs, {self.second_irs} second IRs compiled in {self.compile_seconds:.1f} s, "
            f"executed {self.executions} times",
            f"{self.total_ns / 1e3:,.1f} us of the machine, {self.accelerator_ns / 1e3:,.1f} us on the accelerator; "
            f"operations: {_counted(self.operations)}; races {self.races}",
            sep="\n",
            file=out,
        )
        for title, rows in (("given back", self.returned_calls), ("not on the accelerator", self.on_host)):
            for (name, reason), count in rows.most_common(SHOWN):
                print(f"  {title}: {count} x {name}: {reason}", file=out)
            if len(rows) > SHOWN:
                print(f"  {title}: {len(rows) - SHOWN} more kinds", file=out)
        for reason, count in self.interpreted.most_common(SHOWN):
            print(f"  interpreted: {count} instructions: {reason}", file=out)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} on {home}" for home, count in counts.most_common()) or "none"
