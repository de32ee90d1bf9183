"""The generated page is current and complete."""

import subprocess
import sys
from pathlib import Path

from accelc.isa.table import TABLE

ROOT = Path(__file__).parents[3]


def test_the_page_is_current() -> None:
    command = [sys.executable, str(ROOT / "tools" / "generate_isa_page.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_instruction_has_a_section() -> None:
    text = (ROOT / "docs" / "reference" / "isa.md").read_text("utf-8")
    for row in TABLE.values():
        assert f"### `{row.mnemonic}` (opcode {row.opcode:d})" in text
