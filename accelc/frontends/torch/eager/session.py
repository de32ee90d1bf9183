"""
Operators of torch hooked as they are dispatched, in eager mode: below autograd, in place and on views as they come.

Like a session of `accelc.hooking`: an operator is recorded if it can be imported, else torch executes it on present
elements; what was recorded becomes one program when elements are needed, known by its structure. torch's tensors
without elements say what a result is, and which storage it shares.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from time import perf_counter
from typing import Any, cast
from weakref import WeakValueDictionary

from accelc.errors import AccelcError, ModelError, SimulationError
from accelc.frontends.numpy.program import Traced
from accelc.frontends.torch import library
from accelc.frontends.torch.eager._tensor import HookedTensor
from accelc.frontends.torch.eager.recorded import Memory, Recorded, Ref, second_ir
from accelc.frontends.torch.library import Operator, Tensor, geometry, storage_of
from accelc.hooking.executor import Executor, Interpreter, Runnable
from accelc.hooking.report import Report

torch: Any = library.torch()
_modes: Any = import_module("torch.utils._python_dispatch")
_fakes: Any = import_module("torch._subclasses.fake_tensor")

MAX_SEGMENT = 512
"""Operators at which a segment ends."""
MAX_PROGRAMS = 256
"""Compiled segments that are kept."""


class TorchSession:
    """The state of a hook; `report` counts as that of `accelc.hooking` does."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.report: Report = Report(calls="operators of torch")
        self.active: bool = True
        self._mode = _fakes.FakeTensorMode()
        self._recorded = Recorded()
        self._memories: WeakValueDictionary[int, Memory] = WeakValueDictionary()
        self._plain: WeakValueDictionary[int, Memory] = WeakValueDictionary()
        self._held: list[Memory] = []
        self._reasons: dict[Any, str | None] = {}
        self._compiled: dict[Any, tuple[Traced, Runnable]] = {}

    # --- operators ------------------------------------------------------------------------------------------------

    def dispatch(self, func: Operator, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Record an operator, or let torch execute it."""
        start, name, known = perf_counter(), str(func), self.report.first_ir_seconds
        self._held.clear()
        with _modes._disable_current_modes():
            args, kwargs = self._map(tuple(args), self._own, {}), self._map(dict(kwargs), self._own, {})
            if not self.active or func.namespace not in ("aten", "prims"):
                return self._execute(func, args, kwargs)
            originals: dict[int, Any] = {}
            given: Any = None
            named: Any = None
            out: Any = None
            try:
                read = self._copied(func, args, kwargs)
                given, named = (self._map(part, self._fake_of, originals) for part in read)
                leaves = [leaf for leaf in library.flat([given, named]) if id(leaf) in originals]
                before = {id(leaf): geometry(leaf) for leaf in leaves}
                with self._mode:
                    out = func(*given, **named)
                results = [leaf for leaf in library.flat([out]) if library.is_tensor(leaf)]
                reason = self._refusal(func, given, named, results, before)
            except Exception as error:
                # Operators whose results depend on elements, and whatever torch refuses, it refuses itself.
                reason = (str(error).splitlines() or [type(error).__name__])[0]
            if reason is not None:
                self.report.returned(name, reason)
                return self._execute(func, args, kwargs)
            seconds = perf_counter() - start
            result = self._record(func, given, named, out, originals)
            outside = self.report.first_ir_seconds - known
            self.report.hooked(name, seconds - outside)
            return result

    def _map(self, given: Any, function: Any, originals: dict[int, Any]) -> Any:
        if library.is_tensor(given):
            fake = function(given)
            originals[id(fake)] = given
            return fake
        if isinstance(given, list | tuple):
            items = [self._map(item, function, originals) for item in cast(Sequence[Any], given)]
            return items if isinstance(given, list) else tuple(items)
        if isinstance(given, dict):
            return {k: self._map(v, function, originals) for k, v in cast(dict[str, Any], given).items()}
        return given

    def _own(self, tensor: Tensor) -> Tensor:
        """A tensor of another session as torch's, in the same memory."""
        is_other = type(tensor) is HookedTensor and tensor.session is not self
        return tensor.session.elements(tensor) if is_other else tensor

    def _copied(self, func: Operator, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
        """
        The arguments, with copies of tensors in memory that NumPy or others may write without a word.

        Raises ModelError for an operator that writes such a tensor or gives a view of it.
        """

        def copied(tensor: Tensor) -> Tensor:
            return self._present(tensor).clone() if self._is_shared(tensor) else tensor

        def visit(name: str, given: Any) -> Any:
            shared = any(library.is_tensor(leaf) and self._is_shared(leaf) for leaf in library.flat([given]))
            if shared and schema[name].alias_info is not None:
                raise ModelError("writes or gives views of memory that others see")
            return self._map(given, copied, {}) if shared else given

        schema = {argument.name: argument for argument in func._schema.arguments}
        positional = tuple(visit(name, given) for name, given in zip(schema, args, strict=False))
        return positional, {name: visit(name, given) for name, given in kwargs.items()}

    @staticmethod
    def _is_shared(tensor: Tensor) -> bool:
        """Whether memory is that of a NumPy array: torch never changes the size of such a storage."""
        real = tensor.memory.real if type(tensor) is HookedTensor else tensor
        return real is not None and real.device.type == "cpu" and not real.untyped_storage().resizable()

    def _present(self, tensor: Tensor) -> Tensor:
        return tensor.session.elements(tensor) if type(tensor) is HookedTensor else tensor

    def _memory_of(self, tensor: Tensor) -> Memory:
        if type(tensor) is HookedTensor:
            return tensor.memory
        key = storage_of(tensor)
        memory = self._plain.get(key)
        if memory is None:
            cells = tensor.untyped_storage().nbytes() // tensor.element_size()
            with self._mode:
                fake = torch.empty(cells, dtype=tensor.dtype)
            memory = Memory(fake, tensor.detach().as_strided((cells,), (1,), 0), is_plain=True)
            self._plain[key] = memory
            self._memories[storage_of(fake)] = memory
        # Until the operator is recorded nothing else may hold it.
        self._held.append(memory)
        return memory

    def _fake_of(self, tensor: Tensor) -> Tensor:
        if type(tensor) is HookedTensor:
            return tensor.fake
        if type(tensor) not in (torch.Tensor, torch.nn.Parameter) or tensor.device.type != "cpu":
            raise ModelError(f"a tensor of type {type(tensor).__name__} on {tensor.device}")
        memory = self._memory_of(tensor)
        if memory.fake.dtype != tensor.dtype:
            raise ModelError("a view of memory as another type")
        with self._mode:
            return memory.fake.as_strided(tuple(tensor.shape), tuple(tensor.stride()), tensor.storage_offset())

    def _refusal(self, func: Operator, given: Any, named: Any, results: Sequence[Tensor], before: Any) -> str | None:
        """Why an operator is not recorded: known for its kind, or by importing it alone."""
        leaves = [leaf for leaf in library.flat([given, named]) if library.is_tensor(leaf)]
        if any(geometry(leaf) != before[id(leaf)] for leaf in leaves):
            return "changes the shape of a tensor in place"
        if not results:
            return "has no tensor among its results"
        if not any(str(v.dtype) in ("torch.float32", "torch.float16", "torch.bfloat16") for v in (*leaves, *results)):
            return "no floats of the accelerator are among its tensors"
        alone = Recorded()
        for leaf in leaves:
            alone.number(self._memories[storage_of(leaf)], leaf)
        alone.old = set(range(len(alone.memories)))
        fresh: dict[int, Memory] = {}
        homes = [
            self._memories.get(storage_of(r)) or fresh.setdefault(storage_of(r), Memory(r, None, is_plain=False))
            for r in results
        ]
        made = [alone.number(home, result) for home, result in zip(homes, results, strict=True)]
        template = self._template(given, alone), self._template(named, alone)
        key = (str(func), repr(template), tuple((geometry(f), f.dtype) for _, f in alone.tensors), len(alone.memories))
        if key not in self._reasons:
            start = perf_counter()
            alone.calls.append((func, *template, made))
            try:
                second_ir(alone, range(len(alone.memories)))
                self._reasons[key] = None
                self.report.first_irs += 1
            except (AccelcError, ValueError) as error:
                self._reasons[key] = str(error).splitlines()[0]
            self.report.first_ir_seconds += perf_counter() - start
        return self._reasons[key]

    def _template(self, given: Any, recorded: Recorded) -> Any:
        if library.is_tensor(given):
            return Ref(recorded.number(self._memories[storage_of(given)], given))
        if isinstance(given, list | tuple):
            items = [self._template(item, recorded) for item in cast(Sequence[Any], given)]
            return items if isinstance(given, list) else tuple(items)
        if isinstance(given, dict):
            return {key: self._template(value, recorded) for key, value in cast(dict[str, Any], given).items()}
        return given

    def _record(self, func: Operator, given: Any, named: Any, out: Any, originals: dict[int, Any]) -> Any:
        recorded = self._recorded
        template = self._template(given, recorded), self._template(named, recorded)
        written = [
            recorded.tensors[ref.index][0]
            for argument, ref in zip(func._schema.arguments, template[0], strict=False)
            if argument.alias_info is not None and argument.alias_info.is_write and isinstance(ref, Ref)
        ]
        made: list[int] = []

        def wrap(fake: Tensor) -> Any:
            memory = self._memories.get(storage_of(fake))
            if memory is None:
                memory = Memory(fake, None, is_plain=False)
                self._memories[storage_of(fake)] = memory
            made.append(recorded.number(memory, fake))
            if id(fake) in originals:
                return originals[id(fake)]
            return HookedTensor(self, fake, memory)

        result = self._map(out, wrap, {})
        recorded.calls.append((func, *template, made))
        for memory in written:
            memory.is_written = True
        # A plain tensor can be read in ways that nobody sees.
        if any(memory.is_plain for memory in written) or len(recorded.calls) >= MAX_SEGMENT:
            self.flush()
        return result

    # --- elements -------------------------------------------------------------------------------------------------

    def elements(self, tensor: Any) -> Tensor:
        """
        Present elements as a plain tensor, which sees the same memory.

        Raises SimulationError for elements that a failed program left uncomputed.
        """
        memory: Memory = tensor.memory
        if memory.is_pending:
            self.flush()
        if memory.real is None:
            raise SimulationError("the elements of this tensor were never computed: the program for them failed before")
        fake = tensor.fake
        with _modes._disable_current_modes():
            return memory.real.as_strided(tuple(fake.shape), tuple(fake.stride()), fake.storage_offset())

    def _execute(self, func: Operator, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Let torch execute an operator on present elements."""
        tensors = [leaf for leaf in library.flat([args, kwargs]) if library.is_tensor(leaf)]
        # torch may write whatever it is given.
        if any(self._is_used(tensor) for tensor in tensors):
            self.flush()
        originals: dict[int, Any] = {}
        given, named = (self._map(part, self._present, originals) for part in (tuple(args), dict(kwargs)))
        with torch.no_grad():
            out = func(*given, **named)
        homes = {
            storage_of(leaf): o
            for leaf, o in ((v, originals.get(id(v))) for v in library.flat([given, named]))
            if library.is_tensor(leaf)
        }

        def wrap(tensor: Tensor) -> Any:
            if id(tensor) in originals:
                return originals[id(tensor)]
            home = homes.get(storage_of(tensor))
            if not self.active or (home is not None and type(home) is not HookedTensor):
                return tensor
            try:
                library.numpy_dtype(tensor.dtype)
                memory = self._memory_of(tensor) if home is None else home.memory
                with self._mode:
                    fake = memory.fake.as_strided((memory.cells,), (1,), 0).as_strided(
                        tuple(tensor.shape), tuple(tensor.stride()), tensor.storage_offset()
                    )
            except (ValueError, RuntimeError):
                return tensor
            return HookedTensor(self, fake, memory)

        return self._map(out, wrap, {})

    def _is_used(self, tensor: Tensor) -> bool:
        """Whether the segment under way uses the memory of a tensor."""
        found = tensor.memory if type(tensor) is HookedTensor else self._plain.get(storage_of(tensor))
        return found is not None and (found.is_pending or found in self._recorded.memories)

    def close(self) -> None:
        """Execute what was recorded; from now on torch executes operators on hooked tensors."""
        self.flush()
        self.active = False

    def flush(self) -> None:
        """Execute what was recorded."""
        recorded, self._recorded = self._recorded, Recorded()
        if not recorded.calls:
            return
        with _modes._disable_current_modes():
            live = [
                n
                for n, memory in enumerate(recorded.memories)
                if (n in recorded.old and memory.is_written) or (n not in recorded.old and len(memory.seen))
            ]
            key = (
                tuple((str(f), repr(a), repr(k), tuple(made)) for f, a, k, made in recorded.calls),
                tuple((recorded.memories.index(m), geometry(f), f.dtype) for m, f in recorded.tensors),
                tuple(live),
                tuple(sorted(recorded.old)),
            )
            if live:
                self._run(recorded, live, key)
            for memory in recorded.memories:
                memory.is_written = False

    def _run(self, recorded: Recorded, live: Sequence[int], key: Any) -> None:
        start = perf_counter()
        if key not in self._compiled:
            self.report.second_irs += 1
            traced = second_ir(recorded, live)
            try:
                runnable: Runnable = self.executor.compile(traced)
            except AccelcError as error:
                self.report.interpreted[str(error).splitlines()[0]] += len(recorded.calls)
                runnable = Interpreter().compile(traced)
            if len(self._compiled) >= MAX_PROGRAMS:
                self._compiled.pop(next(iter(self._compiled)))
            self._compiled[key] = traced, runnable
            self.report.compile_seconds += perf_counter() - start
        traced, runnable = self._compiled[key]
        # An array of the tensor itself would share its memory from then on.
        inputs = {f"x{n}": library.to_numpy(torch.clone(recorded.memories[n].real)) for n in sorted(recorded.old)}
        start = perf_counter()
        try:
            outcome = runnable.run(inputs)
        except AccelcError as error:
            self.report.interpreted[str(error).splitlines()[0]] += len(recorded.calls)
            outcome = Interpreter().compile(traced).run(inputs)
        self.report.executed(runnable.placements, outcome, perf_counter() - start)
        for index, n in enumerate(n for n in live if n not in recorded.old):
            recorded.memories[n].real = library.from_numpy(outcome.outputs[f"result{index}"]).clone()
        for n in live:
            memory = recorded.memories[n]
            if n in recorded.old and memory.real is not None:
                memory.real.copy_(library.from_numpy(outcome.outputs[f"x{n} (written)"]))


class _Mode(_modes.TorchDispatchMode):
    def __init__(self, session: TorchSession) -> None:
        _modes.TorchDispatchMode.__init__(self)
        self.session = session

    def __torch_dispatch__(self, func: Operator, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return self.session.dispatch(func, args, kwargs or {})


def mode(session: TorchSession) -> AbstractContextManager[Any]:
    """Inside, every operator of torch comes to the session."""
    return _Mode(session)
