"""Cases of the dialect tests, as C++ MLIR is given them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import DiagnosticException, ParseError

from accelc.cli.opt import AccelcOptMain
from accelc.registry import DIALECTS
from benchmarks.embedding.cpp_mlir.tool import MARK

TESTS = Path(__file__).parents[3] / "test"


@dataclass(frozen=True)
class Case:
    """One module of a test file; without module, accelc's parser refused the text with the message `refusal`."""

    name: str
    module: ModuleOp | None
    refusal: str = ""


def read(text: str) -> ModuleOp:
    """A module as `accelc-opt` reads it, not verified. Raises what its parser raises."""
    module = _driver().available_frontends["mlir"](BytesIO(text.encode()))
    assert isinstance(module, ModuleOp)
    return module


@cache
def _driver() -> AccelcOptMain:
    return AccelcOptMain(args=["-"])


def positive() -> Sequence[Case]:
    """Every module of the dialect tests that is legal."""
    return [case for path in _files("dialects") if not _negative(path) for case in _cases(path)]


def negative() -> Sequence[Case]:
    """Every module of the dialect tests that is not."""
    return [case for path in _files("dialects") if _negative(path) for case in _cases(path)]


def of_passes() -> Sequence[Case]:
    """Every legal module of the tests of passes that has ops of accelc's dialects only."""
    cases = [case for path in _files("passes") if not _negative(path) for case in _cases(path)]
    return [case for case in cases if case.module is not None and _own(case.module)]


def _own(module: ModuleOp) -> bool:
    return all(op is module or op.dialect_name() in DIALECTS for op in module.walk())


def _files(folder: str) -> list[Path]:
    return sorted(path for path in (TESTS / folder).rglob("*.mlir") if "Output" not in path.parts)


def _negative(path: Path) -> bool:
    return "invalid" in path.stem.split("-")


def _cases(path: Path) -> Iterator[Case]:
    for number, text in enumerate(path.read_text(encoding="utf-8").split(MARK)):
        name = f"{path.relative_to(TESTS)}#{number}"
        try:
            yield Case(name, read(text))
        except (ParseError, DiagnosticException) as error:
            yield Case(name, None, str(error))
