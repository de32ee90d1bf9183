"""`accelc-gui` without a screen: what it lists, what choosing a pass gives, and mistakes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.transforms.canonicalize import CanonicalizePass
from xdsl.utils.arg_spec import parse_pipeline

from accelc.errors import AccelcError
from accelc.gui import app, command
from accelc.gui.app import Options, PassExplorer, explorer
from accelc.passes.decompose import DecomposePass
from accelc.registry import PASSES, UNIVERSE

Steps = Callable[[PassExplorer, Pilot[None]], Awaitable[None]]
CONSTANT = """
graph.func @main() -> tensor<4xf32> {
  %c = graph.constant dense<4.0> : tensor<4xf32>
  %0 = graph.sqrt %c : tensor<4xf32> -> tensor<4xf32>
  graph.return %0 : tensor<4xf32>
}
"""


@dataclass(frozen=True)
class Fails(ModulePass):
    """A pass without options that fails."""

    name = "fails"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Raise an error that is no diagnostic."""
        raise KeyError("no [such] thing")


def show(text: str | None, steps: Steps, shown: PassExplorer | None = None) -> None:
    """Run the app on a text, and steps of a user in it."""
    shown = shown or explorer("net.mlir", text)

    async def body() -> None:
        async with shown.run_test(size=(200, 60)) as pilot:
            await pilot.pause()
            await steps(shown, pilot)

    asyncio.run(body())


def labels(shown: PassExplorer) -> list[str]:
    """Passes to choose from."""
    return [str(node.label) for node in shown.passes_tree.root.children]


async def choose(shown: PassExplorer, pilot: Pilot[None], name: str, options: str | None = None) -> None:
    """Select a pass, with other options than those that are suggested if it asks for some."""
    node = next(node for node in shown.passes_tree.root.children if str(node.label).split("{")[0] == name)
    shown.passes_tree.move_cursor(node)
    shown.passes_tree.action_select_cursor()
    await pilot.pause()
    if isinstance(shown.screen, Options):
        if options is not None:
            shown.screen.argument_text_area.load_text(options)
            await pilot.pause()
        await pilot.click("#enter_button")
        await pilot.pause()
    assert len(shown.screen_stack) == 1


def test_passes_of_all_packages() -> None:
    """A text of `graph` is parsed, and ours are listed among xDSL's."""

    async def steps(shown: PassExplorer, pilot: Pilot[None]) -> None:
        assert "graph.softmax" in shown.output_text_area.text
        assert {*PASSES, "canonicalize"} <= {*labels(shown)}

    show(None, steps)


def test_choosing_passes() -> None:
    """Their result is shown, one after another, and what runs it on the command line."""

    async def steps(shown: PassExplorer, pilot: Pilot[None]) -> None:
        await choose(shown, pilot, "decompose")
        assert shown.pass_pipeline == (DecomposePass(),)
        assert "graph.softmax" not in shown.output_text_area.text
        assert "graph.exp" in shown.output_text_area.text
        await choose(shown, pilot, "partition-hierarchical", "target=tiny force=accelerator")
        assert 'graph.partition "accelerator"' in shown.output_text_area.text
        passes = 'decompose,partition-hierarchical{target="tiny" force="accelerator"}'
        assert shown.get_query_string() == f"xdsl-opt net.mlir -p '{passes}'"
        await pilot.click("#remove_last_pass_button")
        await pilot.pause()
        assert "graph.partition" not in shown.output_text_area.text

    show(None, steps)


def test_passes_that_change_something() -> None:
    """Condensed, only they are listed; a pass that fails on the text is none of them, and no crash."""

    async def steps(shown: PassExplorer, pilot: Pilot[None]) -> None:
        await pilot.click("#condense_button")
        await pilot.pause()
        found = {label.split("{")[0] for label in labels(shown)}
        assert {"fold-constants", "decompose", "partition-hierarchical"} <= found
        assert not found & {"schedule-engines", "verify-sync", "convert-tosa-to-graph"}
        await choose(shown, pilot, "fold-constants")
        assert "dense<2.000000e+00>" in shown.output_text_area.text
        assert "fold-constants" not in {label.split("{")[0] for label in labels(shown)}

    show(CONSTANT, steps)


def test_a_pass_that_fails() -> None:
    """Its message is the output, and the next choice is free again."""

    async def steps(shown: PassExplorer, pilot: Pilot[None]) -> None:
        await choose(shown, pilot, "partition-hierarchical", "target=nobodys")
        assert shown.output_text_area.text.startswith("unknown target 'nobodys'")
        assert labels(shown) == []
        await pilot.click("#remove_last_pass_button")
        await pilot.pause()
        assert "graph.softmax" in shown.output_text_area.text
        assert "decompose" in labels(shown)

    show(None, steps)


def test_what_can_follow_a_pass() -> None:
    """A pass without options is expanded to those behind it; one that fails says why, in any words."""

    async def steps(shown: PassExplorer, pilot: Pilot[None]) -> None:
        fine, failing = shown.passes_tree.root.children
        fine.expand()
        failing.expand()
        await pilot.pause()
        assert [str(node.label) for node in fine.children] == ["canonicalize", "fails"]
        assert not failing.children
        assert [note.message for note in shown._notifications] == ["'no [such] thing'"]  # pyright: ignore[reportPrivateUsage]

    passes = (("canonicalize", CanonicalizePass), ("fails", Fails))
    show(None, steps, PassExplorer(tuple(UNIVERSE.all_dialects.items()), passes, None, app.MODEL))


@pytest.mark.parametrize("text", ["graph.func @main(", "graph.nothing", '"nobody.op"() : () -> ()'])
def test_text_that_is_no_module(text: str) -> None:
    """The message is the output, or the text, as operations of unknown dialects are shown."""

    async def steps(shown: PassExplorer, pilot: Pilot[None]) -> None:
        assert shown.output_text_area.text
        await pilot.click("#clear_input_button")
        await pilot.pause()
        assert shown.output_text_area.text == "No input"

    show(text, steps)


@pytest.mark.parametrize("name", PASSES)
def test_suggested_options(name: str) -> None:
    """What is suggested for a pass of ours is what it does without options; only missing values are left out."""
    made = UNIVERSE.all_passes[name]()
    text = Options(made).argument_text_area.text
    if made.required_fields():
        assert [f"{field}=" for field in made.required_fields()] == [w for w in text.split() if w.endswith("=")]
        return
    (spec,) = parse_pipeline(f"{name}{{{text}}}")
    assert made.from_spec(spec) == made()


def test_missing_packages(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The extra is named."""

    def nothing(name: str) -> None:
        return None

    monkeypatch.setattr(command, "find_spec", nothing)
    assert command.main([]) == 1
    assert capsys.readouterr().err == (
        "error: the window needs the package textual and pyclip: install it with: pip install 'accelc[gui]'\n"
    )


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A file is read before the window opens, and what is wrong with one is said."""
    monkeypatch.chdir(tmp_path)
    Path("a.mlir").write_text(CONSTANT, encoding="utf-8")
    Path("b.mlir").write_bytes(b"ab\xff")
    with Path("c.mlir").open("wb") as file:
        file.truncate(command.MAX_BYTES + 1)
    opened = list[str]()

    def run(shown: PassExplorer) -> None:
        opened.append(shown.pre_loaded_input_text)

    monkeypatch.setattr(PassExplorer, "run", run)
    assert command.main(["a.mlir"]) == 0
    assert command.main([]) == 0
    assert opened == [CONSTANT, app.MODEL]
    for words, message in (
        (["none.mlir"], "cannot read 'none.mlir': No such file or directory"),
        (["."], "cannot read '.': Is a directory"),
        (["b.mlir"], "'b.mlir': byte 2 is not UTF-8 text: not an MLIR file"),
        (["c.mlir"], f"cannot read 'c.mlir': it has more than {command.MAX_BYTES} bytes, the limit"),
        (["a\0.mlir"], "cannot read 'a\0.mlir': embedded null byte"),
        (["a.mlir", "b.mlir"], "unrecognized arguments: b.mlir (see 'accelc-gui --help')"),
    ):
        assert command.main(words) == 1
        assert capsys.readouterr().err == f"error: {message}\n"
    with pytest.raises(AccelcError):
        command.main(["none.mlir", "--debug"])
