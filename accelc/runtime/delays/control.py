"""From the name of a delay policy to its controller."""

from math import isfinite

from accelc.errors import UsageError, suggestion
from accelc.runtime.cores import Workload, profile
from accelc.runtime.delays.cap import Cap
from accelc.runtime.delays.policies import Controller, Off, Slack, Stagger

POLICIES = ("off", "stagger", "cap", "slack")


def controller(
    work: Workload, policy: str, cores: int, cap_w: float | None = None, cap_c: float | None = None
) -> Controller:
    """
    The controller of a policy; `cap_w` and `cap_c` are limits of windowed power in W and of temperature in C.

    Raises UsageError for an unknown policy, a cap with another policy than `cap` or the other way round, a cap that is
    no finite number or cannot be kept, and a program without the delays the policy needs.
    """
    if policy not in POLICIES:
        known = ", ".join(POLICIES)
        raise UsageError(f"unknown delay policy '{policy}': legal are {known}{suggestion(policy, POLICIES)}")
    if (cap_w is not None or cap_c is not None) != (policy == "cap"):
        raise UsageError(
            "--power-cap WATTS or --temperature-cap CELSIUS and --delay-policy cap belong together: give both or none"
        )
    for option, cap in (("--power-cap", cap_w), ("--temperature-cap", cap_c)):
        if cap is not None and not isfinite(cap):
            raise UsageError(f"{option} {cap}: expected a finite number")
    if policy == "off":
        return Off(work)
    if policy == "cap":
        return Cap(work, cores, cap_w, cap_c)
    alone = profile(work, work.values(), slack=policy == "slack")
    return Stagger(work, alone, cores) if policy == "stagger" else Slack(work, alone, cores)
