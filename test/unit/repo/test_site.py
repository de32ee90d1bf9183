"""The site builds, and neither a broken link, nor a broken anchor, nor a page that no menu has passes its build."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("mkdocs", reason="the site needs the extra `docs`")
pytest.importorskip("material", reason="the site needs the extra `docs`")

from mkdocs.commands.build import build
from mkdocs.config.base import load_config  # pyright: ignore[reportUnknownVariableType]
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort

ROOT = Path(__file__).parents[3]
FILES = {
    "README.md": "# Home\n\n[page](docs/page.md#a-heading) [script](tools/script.py)\n"
    "[example](examples/one/README.md) [design](dialects/graph.md)\n",
    "docs/page.md": "# Page\n\n## A heading\n\n[home](../README.md) `[no](link.md)`\n\n```\n[no](link.md)\n```\n",
    "dialects/graph.md": "# graph\n\n[page](../docs/page.md)\n",
    "tools/script.py": "print('script')\n",
    "examples/one/README.md": "# Example\n\n[page](../../docs/page.md) [code](code.py)\n",
    "examples/one/code.py": "print('code')\n",
}


class _Links(HTMLParser):
    """Addresses that a page has, and anchors that it offers."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect from one tag."""
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.addresses.append(value)
            if name in ("id", "name") and value:
                self.anchors.add(value)


def test_the_site_of_the_documentation(tmp_path: Path) -> None:
    """Every address in every page is a file of the site and a place in it; the search ranks messages below pages."""
    site = tmp_path / "site"
    build(_settings(ROOT, site_dir=str(site)))
    pages = {path: _Links() for path in site.rglob("*.html") if path.name != "404.html"}
    for path, links in pages.items():
        text = path.read_text(encoding="utf-8")
        links.feed(text)
        assert "\\|" not in re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL), f"{path}: an escape is shown"
    assert len(pages) > 30
    checked = 0
    for path, links in pages.items():
        for address in links.addresses:
            parts = urlsplit(address)
            if parts.scheme:
                continue
            target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
            assert target.is_file(), f"{path}: {address}"
            if parts.fragment and target in pages and not parts.fragment.startswith("__"):
                assert unquote(parts.fragment) in pages[target].anchors, f"{path}: {address}"
            checked += 1
    assert checked > 1000
    found = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    titles = "\n".join(entry["title"] for entry in found)
    for word in ("graph.matmul", "insert-delays", "dma_gather", "[memory.sbuf]"):
        assert word in titles
    ranked_lower = {_page(entry) for entry in found if entry.get("boost", 1) < 1}
    assert ranked_lower == {page for page in map(_page, found) if page.startswith("reference/diagnostics/")}


def test_pages_load_nothing_from_elsewhere(tmp_path: Path) -> None:
    """The site opens without a network: scripts, styles, fonts and images are its own."""
    _project(tmp_path, FILES)
    build(_settings(tmp_path))
    text = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    loads: list[str] = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=\"([^\"]*)\"", text)
    assert loads
    assert not [address for address in loads if urlsplit(address).netloc]


def test_links_to_files_outside_the_documentation(tmp_path: Path) -> None:
    """A page becomes a page, another file is copied; code is no link."""
    _project(tmp_path, FILES)
    build(_settings(tmp_path))
    site = tmp_path / "site"
    home = (site / "index.html").read_text(encoding="utf-8")
    for address in ("page.html#a-heading", "repository/tools/script.py", "dialects/graph.html"):
        assert f'href="{address}"' in home
    assert (site / "repository" / "tools" / "script.py").read_text(encoding="utf-8") == FILES["tools/script.py"]
    assert 'href="repository/examples/one/index.html"' in home
    (example,) = (site / "repository" / "examples" / "one").glob("*.html")
    assert 'href="../../../page.html"' in example.read_text(encoding="utf-8")
    assert 'href="code.py"' in example.read_text(encoding="utf-8")
    assert (site / "repository" / "examples" / "one" / "code.py").is_file()
    assert 'href="index.html"' in (site / "page.html").read_text(encoding="utf-8")
    assert 'href="../page.html"' in (site / "dialects" / "graph.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "added", "message"),
    [
        ("docs/page.md", "[gone](gone.md)", "docs/page.md: link to gone.md: no such file in the repository"),
        ("README.md", "[gone](tools/gone.py)", "README.md: link to tools/gone.py: no such file in the repository"),
        ("dialects/graph.md", "[folder](../tools)", "dialects/graph.md: link to ../tools: no such file"),
        ("README.md", "[out](../secret.md)", "README.md: link to ../secret.md: no such file in the repository"),
        ("README.md", "[anchor](docs/page.md#gone)", "contains a link 'page.md#gone', but"),
        ("docs/page.md", "[anchor](#gone)", "contains a link '#gone', but there is no such anchor"),
        ("docs/page.md", "[root](/page.md)", "contains an absolute link '/page.md'"),
        ("docs/extra.md", "# Extra", "pages exist in the docs directory, but are not included in the"),
    ],
)
def test_the_build_refuses(
    path: str, added: str, message: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What a reader would run into."""
    (tmp_path / "secret.md").write_text("# Secret\n", encoding="utf-8")
    _project(tmp_path / "project", {**FILES, path: f"{FILES.get(path, '')}\n{added}\n"})
    config = _settings(tmp_path / "project")
    with pytest.raises(Abort):
        build(config)
    assert message in caplog.text


def _page(entry: dict[str, str]) -> str:
    """The page of an entry of the search."""
    return entry["location"].split("#")[0]


def _settings(folder: Path, **replaced: str) -> MkDocsConfig:
    return load_config(str(folder / "mkdocs.yml"), **replaced)


def _project(folder: Path, files: dict[str, str]) -> None:
    """A small repository with the settings of this one."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    settings = {
        "INHERIT": str(ROOT / "mkdocs.yml"),
        "hooks": [str(ROOT / "tools" / "site_hooks.py")],
        "nav": [{"Home": "index.md"}, {"Page": "page.md"}, {"Design": "dialects/graph.md"}],
    }
    (folder / "mkdocs.yml").write_text(json.dumps(settings), encoding="utf-8")
