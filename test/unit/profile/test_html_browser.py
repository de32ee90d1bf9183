"""The HTML report in a browser: it opens offline, shows the simulator's numbers, and answers to clicks and keys."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from accelc.driver import CompileOptions, RunResult, run_model
from accelc.profile import Profile, Reason
from accelc.profile import profile as profile_of
from accelc.profile.html import Facts, write_html_report
from accelc.report.figures import race_count

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)
PATIENCE = 20
"""Seconds to wait for what a loaded machine does late."""
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> <b>n14</b>"
pytestmark = pytest.mark.skipif(
    BROWSER is None or DRIVER is None, reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)"
)


class Page:
    """The report of a network in which node n14 has a hostile name."""

    def __init__(self, driver: Chrome, profile: Profile) -> None:
        self.driver = driver
        self.profile = profile

    def run(self, script: str, *arguments: Any) -> Any:
        """Value of a script."""
        return self.driver.execute_script(script, *arguments)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

    def one(self, selector: str) -> WebElement:
        """The element that a CSS selector finds first."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """Its text."""
        return self.one(selector).text

    def click(self, selector: str) -> None:
        """Clicks it, wherever it is on the page."""
        element = self.one(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def rows(self) -> list[list[str]]:
        """Cells of the rows of the table of layers that are shown, in their order."""
        return self.run(
            "return [...document.querySelectorAll('#layers tbody tr')].filter((row) => !row.hidden)"
            ".map((row) => [row.dataset.node, ...[...row.cells].map((cell) => cell.textContent)])"
        )

    def view(self) -> tuple[float, float]:
        """First and last microsecond of the timeline, of its axis and of its picture."""
        low, high, begin, end = self.run(
            "const plot = document.getElementById('timeline'), {x0, dx, z} = plot.data[0];"
            "return [...plot.layout.xaxis.range, x0 - dx / 2, x0 + dx * (z[0].length - 0.5)]"
        )
        memory = self.run("return document.getElementById('memory').layout.xaxis.range")
        assert (begin, end) == pytest.approx((low, high), abs=1e-6)
        assert memory == pytest.approx([low, high], abs=1e-6)
        return low, high

    def shows(self, low: float, high: float, patience: float = PATIENCE) -> bool:
        """Whether the timeline comes to show these microseconds: plots are drawn some time after an event."""
        deadline = monotonic() + patience
        while self.view() != pytest.approx((low, high), abs=1e-3):
            if monotonic() > deadline:
                return False
        return True

    def to_timeline(self, ticks: float, track: str, stall: bool = False) -> ActionChains:
        """Moves the pointer to a moment of a track."""
        area = self.one("#timeline .nsewdrag")
        self.run("arguments[0].scrollIntoView({block: 'center'})", area)
        names = self.run("return document.getElementById('timeline').layout.yaxis.ticktext")
        low, high = self.view()
        moment = ticks * 1e6 / self.profile.target.time.tick_hz
        width, height = self.run(
            "const box = arguments[0].getBoundingClientRect(); return [box.width, box.height]", area
        )
        x = (moment - low) / (high - low) * width - width / 2
        y = (names.index(track) + (0.77 if stall else 0.3)) / len(names) * height - height / 2
        chain = ActionChains(self.driver)
        return chain.move_to_element_with_offset(area, round(x), round(y))

    def details(self) -> dict[str, str]:
        """What is kept under the timeline."""
        return dict(
            self.run(
                "return [...document.querySelectorAll('#details dl div')]"
                ".map((item) => [item.children[0].textContent, item.children[1].textContent])"
            )
        )

    def clean(self) -> None:
        """Back to where the report begins."""
        self.run(
            "for (const id of ['filter', 'busiest']) {"
            "document.getElementById(id).value = '';"
            "document.getElementById(id).dispatchEvent(new Event(id === 'filter' ? 'input' : 'change')); }"
            "document.getElementById('zoom-all').click();"
            "document.querySelector('#selection button:last-child')?.click()"
        )


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A headless browser that notes what it is asked to load and what scripts complain of."""
    options = ChromeOptions()
    options.binary_location = str(BROWSER)
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(option)  # pyright: ignore[reportUnknownMemberType]
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})  # pyright: ignore[reportUnknownMemberType]
    driver = Chrome(options=options, service=ChromeService(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def opened(
    browser: Chrome, squeezenet: RunResult, squeezenet_profile: Profile, tmp_path_factory: pytest.TempPathFactory
) -> Page:
    """The report, opened as a file."""
    nodes = tuple(HOSTILE if name == "n14" else name for name in squeezenet_profile.nodes)
    profile = replace(squeezenet_profile, nodes=nodes)
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    facts = Facts("squeezenet", squeezenet.compiled.lower_bound.ns, race_count(squeezenet.execution))
    write_html_report(path, profile, facts)
    browser.get(path.as_uri())
    page = Page(browser, profile)
    WebDriverWait(browser, 60).until(lambda _: page.run("return document.body.dataset.ready"))
    return page


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    """The report as it begins; in the end no script has complained and no alert is open."""
    opened.clean()
    yield opened
    assert [entry["message"] for entry in opened.driver.get_log("browser")] == []  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def test_it_opens_offline(page: Page) -> None:
    """Nothing is loaded but the file itself, and no name became markup."""
    assert page.run("return document.body.dataset.ready") == "yes"
    asked: list[str] = page.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [name for name in asked if not name.startswith("data:")] == []
    log: list[dict[str, str]] = page.driver.get_log("performance")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    events = [json.loads(entry["message"])["message"] for entry in log]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    # The browser's own first page loads parts of the browser.
    urls = [each["request"]["url"] for each in sent if each["documentURL"].startswith("file:")]
    assert page.driver.current_url in urls
    assert [url for url in urls if url != page.driver.current_url and not url.startswith("data:")] == []
    assert page.run("return document.scripts.length") == 5
    assert page.run("return document.querySelectorAll('#layers img, #layers b:not(.share b)').length") == 0
    assert HOSTILE in page.run("return [...document.querySelectorAll('#layers button.name')].map((name) => name.title)")


def test_the_headline(page: Page, squeezenet: RunResult) -> None:
    tiles = dict(
        page.run(
            "return [...document.querySelectorAll('#tiles > div')]"
            ".map((tile) => [tile.children[0].textContent, tile.children[1].firstChild.textContent])"
        )
    )
    assert tiles["Time"] == f"{squeezenet.execution.total_ns / 1e3:.1f} µs"
    assert tiles["Lower bound"] == f"{squeezenet.compiled.lower_bound.ns / 1e3:.2f} µs"
    assert tiles["Instructions"] == str(len(page.profile.instructions))
    assert tiles["Races"] == "0"
    hbm = int(page.profile.transfers.hbm_bytes.sum())
    bandwidth = squeezenet.compiled.target.hbm.bytes_per_ns
    assert tiles["HBM utilization (MBU)"] == f"{hbm / bandwidth / squeezenet.execution.total_ns:.1%}"


def test_the_table_shows_the_layers(page: Page) -> None:
    table, names = page.profile.layers, page.profile.nodes
    per_cycle = page.profile.target.time.domain["tensor"]
    rows = {int(row[0]): row for row in page.rows()}
    assert rows.keys() == set(table.node.tolist())
    for node, compute, macs in zip(table.node.tolist(), table.compute.tolist(), table.macs.tolist(), strict=True):
        assert rows[node][1] == (names[node] or "(no node)") or "…" in rows[node][1]
        assert abs(int(rows[node][6].replace(",", "")) - compute / per_cycle) <= 0.5
        assert rows[node][7].endswith("%") == (macs > 0)
    exact = page.run("return [...document.querySelectorAll('#layers tfoot td')].map((cell) => cell.title)")
    sums = [int(column.sum()) for column in (table.macs, table.hbm_bytes, table.bytes)]
    assert [text for text in exact if text] == [f"{value:,}" for value in sums]


def test_sorting_with_mouse_and_keyboard(page: Page) -> None:
    by_node = dict(zip(page.profile.layers.node.tolist(), page.profile.layers.compute.tolist(), strict=True))
    page.click("#layers thead th:nth-child(6) button")
    cycles = [by_node[int(row[0])] for row in page.rows()]
    assert cycles == sorted(cycles, reverse=True)
    assert page.one("#layers thead th:nth-child(6)").get_attribute("aria-sort") == "descending"
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert [by_node[int(row[0])] for row in page.rows()] == sorted(cycles)
    assert page.one("#layers thead th:nth-child(6)").get_attribute("aria-sort") == "ascending"
    page.click("#layers thead th:nth-child(1) button")
    assert len(page.driver.find_elements(By.CSS_SELECTOR, "#layers th[aria-sort]")) == 1


def test_filters(page: Page) -> None:
    page.one("#filter").send_keys("matmul n4")
    found = page.rows()
    assert found
    assert all("matmul" in row[2] and "n4" in row[1] for row in found)
    assert page.text("#shown") == f"{len(found)} of {len(page.profile.layers)} layers"
    page.one("#filter").clear()
    page.one("#busiest").send_keys("dma")
    found = page.rows()
    assert found
    assert {row[-2] for row in found} == {"dma"}


def test_selecting_a_layer(page: Page) -> None:
    """A click in the table marks the layer in timeline and roofline; so does a click in the roofline."""
    node = page.profile.nodes.index(HOSTILE)
    before = page.run("return JSON.stringify(document.getElementById('timeline').data[0].z)")
    page.click(f"#layers tr[data-node='{node}'] button.name")
    assert page.text("#selection span") == HOSTILE
    assert page.run("return document.querySelectorAll('#layers tr[aria-selected=true]').length") == 1
    assert page.run("return JSON.stringify(document.getElementById('timeline').data[0].z)") != before
    wide = (
        "return document.getElementById('roofline').data.at(-1).marker.line.width.filter((width) => width > 1).length"
    )
    assert page.run(wide) == 1
    page.click("#selection button:nth-of-type(1)")
    table = page.profile.layers
    row = int(np.flatnonzero(table.node == node)[0])
    us = 1e6 / page.profile.target.time.tick_hz
    low, high = page.view()
    assert low <= table.begin[row] * us < table.end[row] * us <= high
    page.click("#selection button:nth-of-type(2)")
    assert not page.one("#selection").is_displayed()
    assert page.run(wide) == 0
    point = page.one("#roofline .points path")
    page.run("arguments[0].scrollIntoView({block: 'center'})", point)
    ActionChains(page.driver).move_to_element(point).click().perform()
    assert page.one("#selection").is_displayed()


def test_zooming(page: Page) -> None:
    """With buttons, keys and mouse; timeline and memory show the same time."""
    us = 1e6 / page.profile.target.time.tick_hz
    total = page.profile.timings[0].total_ticks
    whole = total * us
    assert page.shows(0, whole)
    page.click("#zoom-in")
    assert page.shows(whole / 4, whole * 3 / 4)
    page.one("#timeline").send_keys(Keys.ARROW_LEFT)
    assert page.shows(whole / 8, whole * 5 / 8)
    page.one("#timeline").send_keys("+")
    assert page.shows(whole / 4, whole / 2)
    page.one("#timeline").send_keys(Keys.HOME)
    assert page.shows(0, whole)
    page.to_timeline(total / 10, "vector").click_and_hold().move_by_offset(300, 0).release().perform()
    WebDriverWait(page.driver, PATIENCE).until(lambda _: page.view() != pytest.approx((0, whole)))
    low, high = page.view()
    assert low == pytest.approx(whole / 10, rel=0.05)
    assert whole / 10 < high < whole
    for _ in range(5):
        # Two clicks that a loaded machine delivers late are two single ones.
        page.to_timeline((low + high) / 2 / us, "vector").double_click().perform()
        if page.shows(0, whole, patience=3):
            break
    assert page.shows(0, whole)


def test_details_of_a_record(page: Page) -> None:
    """A click on a slice of the timeline tells its node, operation, pc and ticks."""
    rows, lanes = page.profile.instructions, page.profile.lanes
    vector = page.profile.lane_names.index("vector")
    mine = np.flatnonzero((lanes.lane[rows.owner] == vector) & (rows.opcode >= 16))
    row = int(mine[(rows.read - rows.start)[mine].argmax()])
    begin, end = int(rows.start[row]), int(rows.read[row])
    page.to_timeline((begin + end) / 2, "vector").perform()
    assert f"ticks: {begin:,} to {end:,}" in page.text("#tip")
    page.to_timeline((begin + end) / 2, "vector").click().perform()
    details = page.details()
    assert details["node"] == page.profile.nodes[rows.node[row]]
    assert details["operation"] == page.profile.ops[rows.op[row]]
    assert details["instruction"].endswith(f"pc {rows.pc[row]}")
    assert details["ticks"] == f"{begin:,} to {end:,}"
    assert page.text("#selection span") == details["node"]


def test_details_of_a_stall(page: Page) -> None:
    """A stall tells its reason, its semaphore, and leads to the record that it waited for."""
    rows, lanes, stalls = page.profile.instructions, page.profile.lanes, page.profile.stalls
    vector = page.profile.lane_names.index("vector")
    known = (lanes.lane[stalls.owner] == vector) & (stalls.reason == Reason.SEMAPHORE)
    mine = np.flatnonzero(known & (rows.opcode[stalls.producer] >= 16))
    stall = int(mine[(stalls.end - stalls.begin)[mine].argmax()])
    begin, end, producer = int(stalls.begin[stall]), int(stalls.end[stall]), int(stalls.producer[stall])
    page.to_timeline((begin + end) / 2, "vector", stall=True).click().perform()
    details = page.details()
    assert details["stall"].startswith("semaphore: ")
    assert details["ticks"] == f"{begin:,} to {end:,}"
    assert details["semaphore"].startswith(f"s{stalls.semaphore[stall]}")
    lane = page.profile.lane_names[lanes.lane[rows.owner[producer]]]
    assert details["waits for"].startswith(f"{lane} pc {rows.pc[producer]}: ")
    page.click("#details .tools button:nth-child(2)")
    assert page.details()["instruction"].endswith(f"pc {rows.pc[producer]}")
    low, high = page.view()
    us = 1e6 / page.profile.target.time.tick_hz
    assert low < rows.start[producer] * us < rows.read[producer] * us < high


def test_stall_list_leads_to_the_timeline(page: Page) -> None:
    page.click("#stalls tbody tr:first-child button")
    cells = page.run("return [...document.querySelector('#stalls tbody tr').cells].map((cell) => cell.textContent)")
    details = page.details()
    assert details["lane"].split()[0] == cells[0]
    assert details["stall"].startswith(f"{cells[1]}: ")


def test_lanes_add_up(page: Page) -> None:
    bars = page.run("return document.getElementById('breakdown').data.map((bar) => [bar.name, bar.y, bar.x])")
    lanes = page.profile.lanes
    total = page.profile.timings[0].total_ticks
    sums = np.sum([x for _, _, x in bars], axis=0)
    assert sums == pytest.approx(np.full(len(sums), 100))
    (work,) = (dict(zip(y, x, strict=True)) for name, y, x in bars if name == "work")
    busy = dict(zip(lanes.lane.tolist(), lanes.busy.tolist(), strict=True))
    for code, ticks in busy.items():
        assert work.get(page.profile.lane_names[code], 0) == pytest.approx(100 * ticks / total)


def test_themes(page: Page) -> None:
    """The button goes through automatic, light and dark; charts follow."""
    colours: list[tuple[str, str]] = []
    for expected in ("light", "dark", "auto"):
        page.click("#theme")
        assert page.text("#theme") == f"Theme: {expected}"
        font = page.run("return document.getElementById('roofline').layout.font.color")
        colours.append((page.run("return getComputedStyle(document.body).backgroundColor"), font))
    assert colours[0] == colours[2] != colours[1]


def test_a_program_of_the_host(page: Page, tmp_path: Path) -> None:
    """A report without accelerator says so."""
    shape = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 8]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", shape[:1], shape[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    result = run_model(model, CompileOptions(force="host"), timing_only=True, check=False)
    path = tmp_path / "host.html"
    found = profile_of(result.compiled.program, result.execution, result.compiled.target)
    write_html_report(path, found, Facts("host"))
    back = page.driver.current_url
    page.driver.get(path.as_uri())
    WebDriverWait(page.driver, 60).until(lambda _: page.run("return document.body.dataset.ready === 'yes'"))
    assert page.text("#problem").startswith("Nothing of this program took time on the accelerator")
    assert not page.one("#timeline").is_displayed()
    assert page.one("#tiles").is_displayed()
    page.driver.get(back)
    WebDriverWait(page.driver, 60).until(lambda _: page.run("return document.body.dataset.ready === 'yes'"))


def test_it_fits_the_window(page: Page) -> None:
    assert page.run("return document.documentElement.scrollWidth <= window.innerWidth")
