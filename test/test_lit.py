"""Runs the lit tests from pytest, one pytest test per folder, so that one command runs everything."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
SUFFIXES = (".mlir", ".s")
TESTS = sorted(
    path for path in ROOT.rglob("*") if path.suffix in SUFFIXES and not {"Output", "Inputs"} & set(path.parts)
)
FOLDERS = sorted({path.parent for path in TESTS})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_folder(folder: Path) -> None:
    """Every lit test directly in `folder` passes; lit's own report is shown when one does not."""
    tests = [str(path) for path in TESTS if path.parent == folder]
    command = [sys.executable, "-c", "from lit.main import main; main()", "-v", "-j", "1", *tests]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_some_folders_are_found() -> None:
    """An empty list of folders would let every lit test pass unseen."""
    assert FOLDERS
