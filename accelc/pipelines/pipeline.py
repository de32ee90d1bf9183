"""The stages of compilation by name, with passes and hooks that a caller puts between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import VerifyException

from accelc.arguments import is_one, items, refuse
from accelc.dialects.engine import BufferOp, ProgramOp
from accelc.dialects.graph import FuncOp, WeightOp
from accelc.errors import CapacityError, UsageError, suggestion

GRAPH_PASSES = (
    "normalize-inplace",
    "fold-constants",
    "decompose",
    "set-precision",
    "outline-repeats",
    "chunk-rows",
    "split-batches",
    "partition-hierarchical",
    "rebufferize-inplace",
)
"""Passes over the whole model, in order."""
PROGRAM_PASSES = (
    "lower-to-engine",
    "schedule-engines",
    "assign-memory",
    "insert-delays",
    "schedule-systolic-tiles",
    "emit",
    "sync-vector-clock",
    "verify-sync",
)
"""Stages that compile one accelerator partition, in order."""
STREAM_STAGES = ("emit", "sync-vector-clock", "verify-sync")
"""Stages of `PROGRAM_PASSES` whose result is streams of records; before them it is IR."""
ENGINE_PASSES = tuple(name for name in PROGRAM_PASSES[1:] if name not in STREAM_STAGES)
"""Passes over one `engine.program`, in order."""
PIPELINES: Mapping[str, tuple[str, ...]] = {
    "compile": (*GRAPH_PASSES, PROGRAM_PASSES[0], *ENGINE_PASSES),
    "kernel": ENGINE_PASSES,
}
"""Pipeline -> its passes: `accelc.compile` runs `compile`, `accelc.kernels` run `kernel`."""

Transform = str | ModulePass | Callable[[ModuleOp], object]
"""A pass: one by its registered name and options, as `accelc-opt -p` takes it, an object, or a function of a module."""
Hook = Callable[[str, ModuleOp], object]
"""Called with the name of a pass and the module; it may read the module and must not change it."""
Result = TypeVar("Result")


@dataclass(frozen=True)
class _Inserted:
    position: str
    after: bool
    name: str
    apply: Callable[[ModuleOp], object]
    ours: bool
    """Whether it is a pass of accelc, whose CapacityError says that a budget does not suffice."""


@dataclass(frozen=True)
class Pipeline:
    """
    The passes of one of `PIPELINES`, what is inserted between them, and hooks around each; immutable.

    A pass inserted at `lower-to-engine` or before sees the whole model as a module of `graph` functions, one inserted
    after sees one accelerator partition as a module with one `engine.program`. The compiler may lower a partition
    several times, with other budgets or orders, and keep the fastest: passes and hooks there run each time.
    """

    name: str
    inserted: tuple[_Inserted, ...] = ()
    hooks: tuple[tuple[Hook | None, Hook | None], ...] = ()

    def __post_init__(self) -> None:
        if not is_one(self.name, PIPELINES):
            known = ", ".join(PIPELINES)
            raise UsageError(f"unknown pipeline '{self.name}'{suggestion(self.name, PIPELINES)} (pipelines: {known})")
        if not all(isinstance(one, _Inserted) for one in items("inserted", self.inserted, "a tuple of passes")):
            refuse("inserted", self.inserted, "what insert_before and insert_after make")
        for pair in items("hooks", self.hooks, "pairs of hooks"):
            for hook in items("hooks", pair, "a hook before and one after, or None"):
                if hook is not None and not callable(hook):
                    refuse("a hook", hook, "a function of the name of a pass and a module")

    @staticmethod
    def named(name: str) -> "Pipeline":
        """One of `PIPELINES`. Raises UsageError for another name."""
        return Pipeline(name)

    @staticmethod
    def of(name: str, given: "Pipeline | None") -> "Pipeline":
        """What the caller gave, which must be the pipeline `name`, or that without additions. Raises UsageError."""
        if given is None:
            return Pipeline(name)
        if not isinstance(given, Pipeline):  # pyright: ignore[reportUnnecessaryIsInstance]
            refuse("pipeline", given, f"Pipeline.named('{name}') with passes and hooks of yours")
        if given.name != name:
            raise UsageError(f"pipeline '{given.name}': here '{name}' runs; begin with Pipeline.named('{name}')")
        return given

    @property
    def passes(self) -> tuple[str, ...]:
        """Names of all passes in order, those inserted among them."""
        names: list[str] = []
        for position in PIPELINES[self.name]:
            names += [one.name for one in self._at(position, after=False)]
            names.append(position)
            names += [one.name for one in self._at(position, after=True)]
        return tuple(names)

    def insert_before(self, position: str, *passes: Transform) -> "Pipeline":
        """The pipeline with `passes`, in this order, right before one of its own. Raises UsageError for another."""
        return self._insert(position, passes, after=False)

    def insert_after(self, position: str, *passes: Transform) -> "Pipeline":
        """The pipeline with `passes`, in this order, behind one of its own. Raises UsageError for another."""
        return self._insert(position, passes, after=True)

    def with_hooks(self, *, before: Hook | None = None, after: Hook | None = None) -> "Pipeline":
        """
        The pipeline with functions that are called before and after every pass, inserted ones among them.

        Raises UsageError for what is no function.
        """
        return replace(self, hooks=(*self.hooks, (before, after)))

    def around(self, name: str, module: ModuleOp, action: Callable[[], Result]) -> Result:
        """Run pass `name` on `module` with everything around it."""
        self.run_inserted(name, module, after=False)
        result = self._hooked(name, module, action)
        self.run_inserted(name, module, after=True)
        return result

    def is_changed(self, position: str) -> bool:
        """Whether passes follow `position` that are inserted."""
        return bool(self._at(position, after=True))

    @property
    def may_move_buffers(self) -> bool:
        """Whether passes of the caller follow `assign-memory`, which can change addresses, or what lies there."""
        behind = ENGINE_PASSES[ENGINE_PASSES.index("assign-memory") + 1 :]
        return self.is_changed("assign-memory") or any(one.position in behind for one in self.inserted)

    def around_program(
        self, name: str, program: ProgramOp, action: Callable[[ProgramOp], Result]
    ) -> tuple[ProgramOp, Result]:
        """
        Run pass `name` on a program that stands alone; another may take its place. Raises UsageError for none.

        What is inserted before the first stage was run on the model.
        """
        if not self.hooks and not any(one.position == name for one in self.inserted):
            return program, action(program)
        module = ModuleOp([program])
        if name != PROGRAM_PASSES[0]:
            self.run_inserted(name, module, after=False)
        found = _program(module, name)
        result = self._hooked(name, module, lambda: action(found))
        self.run_inserted(name, module, after=True)
        found = _program(module, name)
        found.detach()
        return found, result

    def run_inserted(self, position: str, module: ModuleOp, *, after: bool) -> None:
        """
        Run what is inserted before or after `position`.

        Raises UsageError for a pass that leaves invalid IR, or other inputs, outputs or weights.
        """
        for one in self._at(position, after):
            where = f"pass '{one.name}', inserted {'after' if after else 'before'} '{position}',"
            interface = _interface(module)
            self._hooked(one.name, module, lambda one=one: _applied(one, module))
            try:
                module.verify()
            except (VerifyException, ValueError) as error:
                raise UsageError(f"{where} left invalid IR: {error}") from error
            # A pass of accelc that makes results of what it wrote in place knows what it does.
            _check_interface(where, interface, _interface(module), values=not one.ours)

    def _at(self, position: str, after: bool) -> list[_Inserted]:
        return [one for one in self.inserted if one.position == position and one.after == after]

    def _hooked(self, name: str, module: ModuleOp, action: Callable[[], Result]) -> Result:
        for before, _ in self.hooks:
            if before is not None:
                _foreign(lambda before=before: before(name, module))
        result = action()
        for _, after in self.hooks:
            if after is not None:
                _foreign(lambda after=after: after(name, module))
        return result

    def _insert(self, position: str, passes: tuple[Transform, ...], after: bool) -> "Pipeline":
        legal = PIPELINES[self.name]
        if is_one(position, STREAM_STAGES):
            raise UsageError(
                f"pipeline '{self.name}' has no IR at '{position}', which works on streams of instructions; legal "
                f"positions are {', '.join(legal)}"
            )
        if not is_one(position, legal):
            raise UsageError(
                f"pipeline '{self.name}' has no pass '{position}'{suggestion(position, legal)} (legal positions: "
                f"{', '.join(legal)})"
            )
        new = tuple(_Inserted(position, after, *_named(one)) for one in passes)
        return replace(self, inserted=(*self.inserted, *new))


def _applied(one: _Inserted, module: ModuleOp) -> object:
    return one.apply(module) if one.ours else _foreign(lambda: one.apply(module))


def _foreign(action: Callable[[], Result]) -> Result:
    """Run code of the caller; its CapacityError is none of ours, which would make the compiler try another budget."""
    try:
        return action()
    except CapacityError as error:
        error.foreign = True
        raise


@dataclass(frozen=True)
class _Interface:
    """Inputs and outputs of a module with their types, and the names of its weights, whose data lie elsewhere."""

    values: tuple[str, ...]
    weights: frozenset[str]


def _interface(module: ModuleOp) -> _Interface | None:
    """None for a module without a program, and without a function `@main`."""
    for op in module.body.block.ops:
        if isinstance(op, ProgramOp):
            bound = [one for one in op.body.block.ops if isinstance(one, BufferOp) and one.role.data != "scratch"]
            values = [one for one in bound if one.role.data != "weight"]
            shown = sorted(map(_shown, values))
            return _Interface(tuple(shown), frozenset(one.symbol.data for one in bound if one.role.data == "weight"))
        if isinstance(op, FuncOp) and op.sym_name.data == "main":
            kind = op.function_type
            shown = f"inputs {op.input_names} of {kind.inputs}", f"outputs {op.output_names} of {kind.outputs}"
            weights = (one.weight_name.data for one in module.walk() if isinstance(one, WeightOp))
            return _Interface(shown, frozenset(weights))
    return None


def _shown(op: BufferOp) -> str:
    kind = op.result.type
    return f"{op.role.data} '{op.symbol.data}' ({kind.dtype} {list(kind.dims)})"


def _check_interface(where: str, before: _Interface | None, after: _Interface | None, values: bool) -> None:
    """Raise UsageError for other inputs and outputs, if `values`, and for weights that have no data."""
    if before is None or after is None:
        return
    if values and before.values != after.values:
        lost = ", ".join(one for one in before.values if one not in after.values) or "nothing"
        found = ", ".join(one for one in after.values if one not in before.values) or "nothing"
        raise UsageError(f"{where} left {found} of {lost}: what a model takes and gives stays as it is")
    if new := sorted(after.weights - before.weights):
        raise UsageError(f"{where} made the weight '{new[0]}', which has no data: use constants, or weights that exist")


def _program(module: ModuleOp, position: str) -> ProgramOp:
    """The one program of a module."""
    ops = list(module.body.block.ops)
    if len(ops) != 1 or not isinstance(ops[0], ProgramOp):
        found = ", ".join(op.name for op in ops) or "nothing"
        raise UsageError(f"passes at '{position}' left a module of {found}: one engine.program expected")
    return ops[0]


def _named(transform: Transform) -> tuple[str, Callable[[ModuleOp], object], bool]:
    """Name and function of a pass, and whether it is accelc's. Raises UsageError for what is none."""
    if isinstance(transform, str):
        transform = _registered(transform)
    if isinstance(transform, ModulePass):
        one = transform
        ours = type(one).__module__.startswith("accelc.passes.")
        return one.name, lambda module: one.apply(_context(), module), ours
    # Calling a class would make an object and run nothing.
    if isinstance(transform, type) or not callable(transform):
        raise UsageError(
            f"{transform!r:.60} is no pass: expected the name of one, an object of a ModulePass, or a function"
        )
    return getattr(transform, "__name__", type(transform).__name__), transform, False


def _context() -> Context:
    """All dialects of accelc and xDSL, loaded when an operation of theirs is met."""
    from xdsl.dialects import get_all_dialects

    from accelc.registry import UNIVERSE

    context = Context(allow_unregistered=True)
    for name, factory in {**get_all_dialects(), **UNIVERSE.all_dialects}.items():
        context.register_dialect(name, factory)
    return context


def _registered(text: str) -> ModulePass:
    """
    The pass of a text such as `set-precision{precision=bf16}`.

    Raises UsageError for none, or options it has not, PluginError.
    """
    from xdsl.transforms import get_all_passes
    from xdsl.utils.arg_spec import parse_spec
    from xdsl.utils.exceptions import ArgSpecParseError, DiagnosticException

    from accelc.plugins import universe
    from accelc.registry import UNIVERSE
    from accelc.specs import check_options, malformed

    known = {**get_all_passes(), **UNIVERSE.all_passes, **universe().all_passes}
    name = text.split("{", 1)[0].strip()
    if name not in known:
        raise UsageError(f"unknown pass '{name}'{suggestion(name, known)} (see 'accelc-opt --list-passes')")
    try:
        spec = parse_spec(text.strip())
    except ArgSpecParseError as error:
        malformed(f"pass '{text}'", error)
    except ValueError as error:
        raise UsageError(f"'{text}' is no pass: {error}; give several one by one") from error
    made = known[name]()
    check_options("pass", made, spec)
    try:
        return made.from_spec(spec)
    except (DiagnosticException, ValueError) as error:
        raise UsageError(f"pass '{text}': {str(error).splitlines()[0]}") from error
