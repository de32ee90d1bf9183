"""The chart library, from where it is installed: Plotly (MIT license), whose Python package carries its script."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from accelc.errors import UsageError

PACKAGE = "plotly"
SCRIPT = "plotly/package_data/plotly.min.js"


def chart_script() -> str:
    """
    Text of the library's script.

    Raises UsageError where it is not installed. The package is not imported: its script is all that is needed.
    """
    remedy = "install it with: pip install 'accelc[profile]'"
    try:
        path = Path(str(distribution(PACKAGE).locate_file(SCRIPT)))
    except PackageNotFoundError:
        raise UsageError(f"an HTML report needs the package {PACKAGE} for its charts: {remedy}") from None
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}: the installed {PACKAGE} lacks its script: {remedy}"
        ) from None
