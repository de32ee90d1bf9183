"""The exception tree of accelc: every user mistake ends in one of these, printed as one diagnostic."""

from collections.abc import Iterable

from xdsl.utils.exceptions import DiagnosticException


class AccelcError(DiagnosticException):
    """
    A mistake in the user's input: message says what, where, the limit or legal values, and the remedy.

    With `located`, every line of the message already reads `FILE:LINE:COLUMN: error: ...` and is printed as it is.
    """

    def __init__(self, message: str, *, located: bool = False):
        super().__init__(message)
        self.located = located


class UsageError(AccelcError):
    """A command line that no command accepts, or an argument that no function of Python's interface does."""


class TargetError(AccelcError):
    """A machine description is malformed, inconsistent or unknown."""


class ModelError(AccelcError):
    """A model file or one of its operators, shapes or inputs is not acceptable."""


class CapacityError(AccelcError):
    """
    A tensor, buffer or table does not fit the target.

    `foreign` is one that a pass or hook of the caller raised: other budgets are not tried then.
    """

    foreign = False


class ProgramError(AccelcError):
    """A binary program (container, stream, record) is malformed or not valid for its target."""


class PluginError(AccelcError):
    """An entry point of an installed package cannot be used, or clashes with another."""


class KernelError(AccelcError):
    """A hand-written kernel asks for what the machine cannot do, or reads what nothing has written."""


class SynchronizationError(AccelcError):
    """A required order between two instructions is not enforced, or can never be satisfied."""


class SimulationError(AccelcError):
    """A program did something illegal while it was executed (deadlock, race, bounds)."""


class ExecutionError(SimulationError):
    """A record did something illegal; `debug` is its entry in the debug map of its segment."""

    def __init__(self, message: str, debug: int) -> None:
        super().__init__(message)
        self.debug = debug


def suggestion(word: object, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the known name closest to `word`, or nothing when none is close or it is no name."""
    if not isinstance(word, str) or not word:
        return ""
    # Imported where it is used: most runs make no suggestion.
    from difflib import get_close_matches

    names = list(known)
    matches = get_close_matches(word, names, n=1, cutoff=0.6) or [name for name in names if name.startswith(word)]
    return f"; did you mean '{matches[0]}'?" if matches else ""
