"""
The file of a report: data, styles, scripts and the chart library in one page.

Names come from models, which may be hostile: they are in the page only as JSON whose `<` is escaped and as escaped
text of the title, and the page's scripts only ever set text, never markup. Beyond that a content security policy allows
no script but these, by their hashes, and no access to any network.
"""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from accelc.files import atomic_file
from accelc.profile.build import Profile
from accelc.profile.html.columns import Columns, packed
from accelc.profile.html.library import chart_script
from accelc.profile.html.model import Facts, report_data

SCRIPTS = ("data.js", "theme.js", "timeline.js", "charts.js", "tables.js", "main.js")


def html_report(profile: Profile, facts: Facts) -> str:
    """Text of the page. Raises UsageError where the chart library is not installed."""
    columns = Columns()
    data = report_data(profile, facts, columns)
    library = chart_script()
    script = '"use strict";\n' + "\n".join(_asset(name) for name in SCRIPTS)
    policy = (
        f"default-src 'none'; script-src {_hash(script)} {_hash(library)}; style-src 'unsafe-inline'; img-src data:"
    )
    parts = {
        "policy": escape(policy),
        "title": escape(f"{data['title']} on {data['target']}"),
        "style": _asset("report.css"),
        "data": script_json(data),
        "columns": columns.text(),
        "library": packed(library.encode()),
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("report.html"))


def write_html_report(path: Path, profile: Profile, facts: Facts) -> None:
    """Write the page. Raises OSError, or UsageError where the chart library is not installed."""
    text = html_report(profile, facts)
    with atomic_file(path) as file:
        # Names may hold halves of surrogate pairs, which no UTF-8 has.
        file.write(text.encode(errors="xmlcharrefreplace"))


def script_json(value: Any) -> str:
    """JSON that is safe inside a script element: no `<` ends it or opens a comment."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return (files("accelc.profile.html") / "assets" / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode('ascii')}'"
