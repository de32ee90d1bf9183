"""The IR after every stage of a compilation, as files."""

from collections.abc import Callable
from pathlib import Path


class Snapshots:
    """
    Writes the result of each stage to `<number>-<stage>` in a folder, numbered in order; or nothing.

    IR ends in `.mlir`, streams in `.s`, in the text that `accelc dis` prints. A partition that is lowered again because
    a memory was full repeats its stages.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._count = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def save(self, stage: str, render: Callable[[], str]) -> None:
        """Save one stage."""
        if self._folder is not None:
            from accelc.pipelines import STREAM_STAGES

            suffix = "s" if stage.endswith(STREAM_STAGES) else "mlir"
            path = self._folder / f"{self._count:02d}-{stage}.{suffix}"
            path.write_text(render() + "\n", encoding="utf-8")
        self._count += 1

    def within(self, name: str) -> Callable[[str, Callable[[], str]], None]:
        """An observer whose stages carry the name of a segment."""
        return lambda stage, render: self.save(f"{name}-{stage}", render)
