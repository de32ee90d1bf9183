"""Where the time of an execution went: tables, and what is made from them. Knows programs and times, no IR."""

from accelc.profile.build import Profile, Timing, profile
from accelc.profile.tables import SIMULATOR_REASON, Counter, Reason

__all__ = ["SIMULATOR_REASON", "Counter", "Profile", "Reason", "Timing", "profile"]
