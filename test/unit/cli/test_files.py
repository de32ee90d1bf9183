"""Files appear whole or not at all, and are read up to a limit."""

import os
from pathlib import Path
from threading import Thread

import pytest

from accelc.errors import ModelError
from accelc.files import atomic_file, read_at_most
from accelc.frontends.onnx import loading


def test_a_file_is_replaced_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with atomic_file(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with atomic_file(tmp_path / "a") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_links_and_pipes_stay(tmp_path: Path) -> None:
    """What a link points to is replaced; a pipe, as any device, is written."""
    real, link, pipe = tmp_path / "real", tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(real)
    with atomic_file(link) as file:
        file.write(b"x")
    assert link.is_symlink()
    assert real.read_bytes() == b"x"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    with atomic_file(pipe) as file:
        file.write(b"y")
    reader.join()
    assert pipe.is_fifo()
    assert received == [b"y"]


def test_a_folder_that_is_missing_is_named_by_the_file_in_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, atomic_file(tmp_path / "none" / "a"):
        pass
    assert caught.value.filename == str(tmp_path / "none" / "a")


def test_what_has_no_end_is_not_read_whole(tmp_path: Path) -> None:
    """A device ends at the limit; a file of exactly that size is read."""
    (tmp_path / "file").write_bytes(bytes(1000))
    assert read_at_most(tmp_path / "file", 1000) == bytes(1000)
    for path in (tmp_path / "file", Path("/dev/zero")):
        with pytest.raises(OSError, match=r"it has more than 999 bytes, the limit"):
            read_at_most(path, 999)


def test_a_model_above_the_limit_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MAX_MODEL_BYTES", 10)
    (tmp_path / "a.onnx").write_bytes(bytes(11))
    message = r"a\.onnx': it has more than 10 bytes, the limit; keep its weights as external data$"
    with pytest.raises(ModelError, match=message):
        loading.load_model(tmp_path / "a.onnx")


def test_a_script_is_not_taken_for_a_model(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import numpy as np\nprint(np.ones(3))\n", encoding="utf-8")
    with pytest.raises(ModelError, match=r"a script that uses NumPy is executed by: accelc run .*a\.py$"):
        loading.load_model(tmp_path / "a.py")
