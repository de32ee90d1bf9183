"""
xDSL's interactive app with all that is installed.

The app of xDSL 0.74 knows its own dialects and passes only, ends when a pass fails, and suggests the text `none` for
options that are not given; here it does not.
"""

from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, ClassVar, cast

from textual import on
from textual.widgets import TextArea, Tree
from xdsl.interactive import add_arguments_screen, app
from xdsl.interactive.add_arguments_screen import AddArguments
from xdsl.interactive.app import InputApp
from xdsl.interactive.passes import AvailablePass
from xdsl.passes import ModulePass

from accelc.plugins import universe

MODEL = """\
graph.func @main(%x : tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = graph.softmax %x axis 1 : tensor<4x8xf32> -> tensor<4x8xf32>
  graph.return %0 : tensor<4x8xf32>
}
"""
"""What is shown without a file."""


class Options(AddArguments):
    """The screen that asks for a pass's options: those that have a value, or must be given."""

    CSS_PATH: ClassVar[Any] = str(Path(add_arguments_screen.__file__).with_suffix(".tcss"))

    def __init__(self, selected_pass_type: type[ModulePass]):
        super().__init__(selected_pass_type)
        shown = [
            f"{_shown(field)}={_written(field.default)}"
            for field in fields(selected_pass_type)
            if field.default is not None
        ]
        self.argument_text_area: TextArea = TextArea(" ".join(shown), id="argument_text_area")
        others = [_shown(field) for field in fields(selected_pass_type) if field.default is None]
        self.argument_text_area.border_subtitle = f"others: {', '.join(others)}" if others else ""


def _shown(field: Field[Any]) -> str:
    return field.name.replace("_", "-")


def _written(default: Any) -> str:
    """A default as options are written; nothing for one that must be given."""
    match default:
        case tuple():
            return ",".join(map(_written, cast("tuple[Any, ...]", default)))
        case str():
            return f'"{default}"'
        case bool():
            return str(default).lower()
        case _:
            return "" if default is MISSING else str(default)


class PassExplorer(InputApp):
    """xDSL's app, in which a pass that fails shows its message and nothing else happens."""

    CSS_PATH: ClassVar[Any] = str(Path(app.__file__).with_suffix(".tcss"))
    SCREENS: ClassVar[dict[str, Any]] = {**InputApp.SCREENS, "add_arguments_screen": Options}

    def compute_available_pass_list(self) -> tuple[AvailablePass, ...]:
        """Passes to choose from: none after one that fails, whose message the output shows."""
        try:
            return super().compute_available_pass_list()
        except Exception:
            # Whatever a pass raises; the app executes them again and keeps the message.
            return ()

    def get_pass_arguments(
        self, selected_pass_value: type[ModulePass], root_to_child_pass_list: tuple[ModulePass, ...]
    ) -> None:
        """Ask for the options of a pass, then run it."""

        def chosen(result: ModulePass | None) -> None:
            if result is not None:
                self.pass_pipeline = (*self.pass_pipeline, *root_to_child_pass_list, result)

        self.push_screen(Options(selected_pass_value), chosen)

    @on(Tree.NodeExpanded, "#passes_tree")
    def expand_or_say_why_not(self, event: Tree.NodeExpanded[type[ModulePass] | ModulePass]) -> None:
        """Show what can follow a pass, or the message of one that fails."""
        event.prevent_default()
        try:
            self.expand_tree_node(event)
        except Exception as error:
            self.notify(str(error), title="the pass fails", severity="error", markup=False)


def explorer(file: str | None = None, text: str | None = None) -> PassExplorer:
    """
    The app with the dialects and passes of all installed packages; `text` is what `file` holds.

    Raises PluginError for a package that is wrong.
    """
    known = universe()
    passes = tuple((name, factory()) for name, factory in sorted(known.all_passes.items()))
    return PassExplorer(tuple(known.all_dialects.items()), passes, file, MODEL if text is None else text)
