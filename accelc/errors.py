"""The exception tree of accelc: every user mistake ends in one of these, printed as one diagnostic."""

from xdsl.utils.exceptions import DiagnosticException


class AccelcError(DiagnosticException):
    """A mistake in the user's input: message says what, where, the limit or legal values, and the remedy."""


class TargetError(AccelcError):
    """A machine description is malformed, inconsistent or unknown."""


class ModelError(AccelcError):
    """A model file or one of its operators, shapes or inputs is not acceptable."""


class CapacityError(AccelcError):
    """A tensor, buffer or table does not fit the target."""


class ProgramError(AccelcError):
    """A binary program (container, stream, record) is malformed or not valid for its target."""


class SynchronizationError(AccelcError):
    """A required order between two instructions is not enforced, or can never be satisfied."""


class SimulationError(AccelcError):
    """A program did something illegal while it was executed (deadlock, race, bounds)."""
