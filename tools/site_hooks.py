"""
Hooks of mkdocs: pages outside `docs/`, and links to files of the repository.

Links in Markdown are relative to the file, as they work in a checkout and on a forge. On the site, README.md is the
home page and `dialects/NAME.md` a page of that path; any other file outside `docs/` that a page links to is put into
`repository/`, Markdown as a page that no menu has, the rest as it is. So the site needs no address of the repository,
and a link to a file that does not exist fails.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

HOME = "README.md"
"""The file of the repository that is the home page."""
DESIGN = "dialects"
"""The folder outside the documentation whose Markdown files are pages."""
REST = "repository"
"""The folder of the site for everything else that is not documentation."""
LISTS = "reference/diagnostics/"
"""Pages of messages, which have words of everything: the search shows what explains a word before them."""
_FENCE = re.compile(r"^(?P<fence>```+|~~~+).*?^(?P=fence)\s*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_LINK = re.compile(r"(?P<before>\]\()(?P<path>[^()\s#:]+)(?P<anchor>#[^()\s]*)?(?P<after>\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in `docs/`, and the files that any page links to."""
    root = _root(config)
    for path in (HOME, *sorted(page.relative_to(root).as_posix() for page in (root / DESIGN).glob("*.md"))):
        _add(files, config, path)
    seen = set[str]()
    while new := [page for page in files.documentation_pages() if page.src_uri not in seen]:
        for page in new:
            seen.add(page.src_uri)
            assert page.abs_src_path is not None
            source, text = Path(page.abs_src_path), Path(page.abs_src_path).read_text(encoding="utf-8")
            _rewrite(text, _repository_path(source, root), root, lambda path: _add(files, config, path))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Make links to files of the repository links to what these are on the site, and rank the page in the search."""
    del files
    if page.file.src_uri.startswith(LISTS):
        page.meta["search"] = {"boost": 0.1}
    root = _root(config)
    assert page.file.abs_src_path is not None
    source = _repository_path(Path(page.file.abs_src_path), root)
    here = PurePosixPath(page.file.src_uri).parent

    def target(path: str) -> str:
        return os.path.relpath(_site_path(path), here)

    return _rewrite(markdown, source, root, target)


def _rewrite(markdown: str, source: str, root: Path, target: Callable[[str], str | None]) -> str:
    """`markdown` with the path of each link to a file, seen from the repository, replaced by what `target` gives."""
    code = [match.span() for pattern in (_FENCE, _CODE) for match in pattern.finditer(markdown)]

    def replace(link: re.Match[str]) -> str:
        if any(start <= link.start() < end for start, end in code) or link["path"].startswith("/"):
            return link[0]
        path = os.path.normpath(os.path.join(os.path.dirname(source), link["path"]))
        if not (root / path).is_file() or path.startswith(".."):
            raise PluginError(f"{source}: link to {link['path']}: no such file in the repository")
        new = target(path)
        return link[0] if new is None else f"{link['before']}{new}{link['anchor'] or ''}{link['after']}"

    return _LINK.sub(replace, markdown)


def _add(files: Files, config: MkDocsConfig, path: str) -> None:
    site_path = _site_path(path)
    if files.get_file_from_path(site_path) is None:
        inclusion = InclusionLevel.NOT_IN_NAV if site_path.startswith(REST) else InclusionLevel.INCLUDED
        files.append(File.generated(config, site_path, abs_src_path=str(_root(config) / path), inclusion=inclusion))


def _site_path(path: str) -> str:
    """Where a file of the repository is among the sources of the site."""
    if path == HOME:
        return "index.md"
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path.startswith(f"{DESIGN}/") and path.endswith(".md"):
        return path
    return f"{REST}/{path}"


def _repository_path(path: Path, root: Path) -> str:
    return path.resolve().relative_to(root.resolve()).as_posix()


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent
