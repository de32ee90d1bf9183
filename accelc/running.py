"""A model executed as `accelc run` does it: as one program, or in stages if it is none."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy.typing as npt

from accelc.driver import CompileOptions, Progress, RunResult, run_model, silent
from accelc.errors import AccelcError, CapacityError, ModelError

if TYPE_CHECKING:
    from onnx import ModelProto
    from typing_extensions import TypeIs

    from accelc.frontends.onnx.loading import ModelSource
    from accelc.frontends.torch.source import ExportedProgram
    from accelc.staged.running import StagedRun


def run_any(
    model: "str | Path | bytes | ModelProto | ExportedProgram",
    options: CompileOptions | None = None,
    *,
    inputs: Mapping[str, npt.ArrayLike] | None = None,
    seed: int = 0,
    check: bool = True,
    timing_only: bool = False,
    shows: Sequence[str] = (),
    progress: Progress = silent,
) -> "RunResult | StagedRun":
    """
    Execute a model as one program (`run_model`); an ONNX model that is none, in stages (`run_staged`).

    `shows` are options of the caller that show one program, such as `--trace`: with them, as with `timing_only`,
    `donate` and `no_weights`, nothing is executed in stages. Raises AccelcError: if there are no stages either, why the
    model is not one program, with a note on the stages.
    """
    options = options or CompileOptions()
    try:
        return run_model(
            model, options, inputs=inputs, seed=seed, check=check, timing_only=timing_only, progress=progress
        )
    except (ModelError, CapacityError) as error:
        if not _is_onnx(model):
            raise
        from accelc.staged.running import prepare_staged, run_staged

        whole = _of_one_program(options, timing_only, shows)
        try:
            if not whole:
                return run_staged(model, options, str(error), inputs=inputs, seed=seed, check=check, progress=progress)
            prepare_staged(model, options, inputs, seed)
        except AccelcError as reason:
            # What is wrong with inputs is the same in both.
            if not whole and str(reason) != str(error):
                given = "inputs that are not given being random"
                error.add_note(f"note: nor can it be executed in stages, {given}: {reason}")
            raise error from None
        error.add_note(f"note: accelc executes such a model in stages, but not with {whole}; leave it out")
        raise


def _is_onnx(model: "ModelSource | ExportedProgram") -> "TypeIs[ModelSource]":
    from accelc.frontends.table import importer_of
    from accelc.frontends.torch.source import is_torch

    return importer_of(model) is None and not is_torch(model) and find_spec("onnx") is not None


def _of_one_program(options: CompileOptions, timing_only: bool, shows: Sequence[str]) -> str:
    """What is asked for that only a model of one program has, and why; empty if nothing is."""
    if timing_only or options.no_weights:
        which = "--no-weights" if options.no_weights else "--timing-only"
        return f"{which}: numbers decide what is executed"
    if options.donate:
        return "--donate: it is about the memory of one program"
    return f"{shows[0]}: it shows one program" if shows else ""
