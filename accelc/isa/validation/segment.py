"""Rules on a segment: its memory map, tables, and the streams of every core."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from accelc.errors import ProgramError
from accelc.isa.program import DELAY_KINDS, NO_DEBUG, AcceleratorSegment, Array, HbmBinding
from accelc.isa.records import Records, Wait
from accelc.isa.validation.context import Limits, Stream, largest_count
from accelc.isa.validation.stream import validate_stream
from accelc.numerics import DTYPES
from accelc.targets.model import Target


def validate_segment(segment: AcceleratorSegment, target: Target, weights: Mapping[str, Array], where: str) -> None:
    """Raise ProgramError, located by `where`, for the first rule `segment` breaks on `target`."""
    _check_tables(segment, target, where)
    _check_bindings(segment, target, weights, where)
    cores = target.topology.cores_per_chip
    if not 1 <= len(segment.cores) <= cores:
        raise ProgramError(f"{where}: {len(segment.cores)} cores: target '{target.name}' has 1 to {cores}")
    limits = Limits(len(segment.debug), tuple(slot.lane for slot in segment.delays), segment.hbm_bytes)
    for core, streams in enumerate(segment.cores):
        for lane, records in streams.items():
            if lane not in target.lanes:
                known = ", ".join(target.lanes)
                raise ProgramError(
                    f"{where}: core {core}: target '{target.name}' has no lane '{lane}' (lanes: {known})"
                )
            validate_stream(Stream(where, segment.name, core, lane, records, target, limits))
        _check_totals(streams, segment, target, f"{where}: core {core}")


def _check_tables(segment: AcceleratorSegment, target: Target, where: str) -> None:
    names = segment.semaphores
    if len(names) > target.sync.semaphores:
        limit = target.sync.semaphores
        raise ProgramError(f"{where}: {len(names)} semaphores: target '{target.name}' has {limit}")
    _check_unique(names, f"{where}: semaphore")
    _check_unique([slot.name for slot in segment.delays], f"{where}: delay")
    for slot in segment.delays:
        if slot.lane not in target.lanes:
            raise ProgramError(f"{where}: delay '{slot.name}': target '{target.name}' has no lane '{slot.lane}'")
        if slot.kind not in DELAY_KINDS:
            legal = " and ".join(DELAY_KINDS)
            raise ProgramError(f"{where}: delay '{slot.name}': unknown kind '{slot.kind}': legal are {legal}")
        if not 0 <= slot.minimum <= slot.default <= slot.maximum:
            raise ProgramError(
                f"{where}: delay '{slot.name}': default {slot.default} is not in {slot.minimum} to {slot.maximum}"
            )
    if not segment.debug or segment.debug[0] != NO_DEBUG:
        raise ProgramError(f"{where}: entry 0 of the debug map must be empty")


def _check_unique(names: "tuple[str, ...] | list[str]", what: str) -> None:
    seen = set[str]()
    for name in names:
        if name in seen:
            raise ProgramError(f"{what} '{name}' occurs twice")
        seen.add(name)


def _check_bindings(segment: AcceleratorSegment, target: Target, weights: Mapping[str, Array], where: str) -> None:
    if segment.hbm_bytes > target.hbm.bytes:
        raise ProgramError(
            f"{where}: field 'hbm_bytes' = {segment.hbm_bytes}: target '{target.name}' has {target.hbm.bytes} bytes"
        )
    for binding in segment.bindings:
        place = f"{where}: binding of {binding.role} '{binding.name}'"
        end = binding.offset + binding.nbytes
        if binding.offset < 0 or end > segment.hbm_bytes:
            raise ProgramError(f"{place}: bytes {binding.offset} to {end - 1} of {segment.hbm_bytes} bytes of hbm")
        if binding.offset % target.hbm.align:
            raise ProgramError(f"{place}: offset {binding.offset} is not a multiple of {target.hbm.align}")
        if binding.role == "weight":
            _check_weight(binding, weights, place)
    for role, values in (("input", segment.inputs), ("output", segment.outputs)):
        roles = (role,) if role == "input" else (role, "in_place")
        bound = {binding.name for binding in segment.bindings if binding.role in roles}
        for name in sorted(bound - set(values)):
            raise ProgramError(f"{where}: binding of {role} '{name}': the segment has no such {role}")
        for name in values:
            if name not in bound:
                raise ProgramError(f"{where}: {role} '{name}' is not bound to memory")
    _check_in_place(segment, where)
    _check_disjoint(segment, where)


def _check_weight(binding: HbmBinding, weights: Mapping[str, Array], place: str) -> None:
    array = weights.get(binding.name)
    if array is None:
        raise ProgramError(f"{place}: there is no such weight")
    if array.dtype != DTYPES[binding.dtype] or array.shape != binding.shape:
        raise ProgramError(
            f"{place}: {binding.dtype}{list(binding.shape)} does not match the weight, "
            f"{array.dtype.name}{list(array.shape)}"
        )


def _check_in_place(segment: AcceleratorSegment, where: str) -> None:
    """An output in place has the memory, the type and the shape of one input, and no other output has that too."""
    inputs = {binding.offset: binding for binding in segment.bindings if binding.role == "input"}
    for binding in (b for b in segment.bindings if b.role == "in_place"):
        place = f"{where}: binding of in_place '{binding.name}'"
        found = inputs.pop(binding.offset, None)
        if found is None:
            raise ProgramError(f"{place}: no input, or one that has an output already, begins at byte {binding.offset}")
        if (found.dtype, found.shape) != (binding.dtype, binding.shape):
            raise ProgramError(
                f"{place}: {binding.dtype}{list(binding.shape)} does not match the input '{found.name}' in that place, "
                f"{found.dtype}{list(found.shape)}"
            )


def _check_disjoint(segment: AcceleratorSegment, where: str) -> None:
    """Data written before the start must not overlap, and outputs meet inputs only where they are in place."""
    for roles in (("input", "weight"), ("input", "output")):
        bound = [b for b in segment.bindings if b.role in roles and b.nbytes]
        bound.sort(key=lambda binding: binding.offset)
        for before, after in pairwise(bound):
            if before.offset + before.nbytes > after.offset:
                raise ProgramError(
                    f"{where}: bindings of {before.role} '{before.name}' and {after.role} '{after.name}' overlap at "
                    f"byte {after.offset}"
                )


def _check_totals(streams: Mapping[str, Records], segment: AcceleratorSegment, target: Target, where: str) -> None:
    """
    Semaphores only count up, so that the sum of all updates says whether one overflows.

    One that is only compared modulo may roll over.
    """
    totals = np.zeros(256, np.int64)
    plain, wraps = np.zeros(256, bool), np.zeros(256, bool)
    for records in streams.values():
        condition, semaphore = records["wait_condition"], records["wait_semaphore"]
        wraps[semaphore[condition == Wait.WRAP]] = True
        plain[semaphore[(condition == Wait.GE) | (condition == Wait.EQ)]] = True
        update = records["update"]
        np.add.at(totals, update["semaphore"].ravel(), update["value"].ravel().astype(np.int64))
    limit = largest_count(target)
    over = np.flatnonzero((totals > limit) & (plain | ~wraps))
    if len(over):
        number = int(over[0])
        name = f" '{segment.semaphores[number]}'" if number < len(segment.semaphores) else ""
        raise ProgramError(f"{where}: semaphore {number}{name} is raised to {totals[number]}, it holds at most {limit}")
