// What is selected and shown, and what follows from it.

class State {
  constructor(timing) {
    this.selected = null;
    this.choose(timing, 0);
  }

  choose(timing, core) {
    this.timing = DATA.timings[timing];
    this.core = core;
    this.view = { low: 0, high: Math.max(this.timing.total, 1) };
    const colours = palette().layers.length;
    this.colours = new Map(this.timing.layers.filter((layer) => DATA.nodes[layer.node]).map((layer, index) => [layer.node, index % colours]));
  }

  // Index of a node's colour; neighbours in time differ.
  colourOf(node) { return this.colours.get(node) ?? palette().layers.length; }

  setView(low, high) {
    const total = Math.max(this.timing.total, 1);
    const width = Math.min(Math.max(high - low, Math.min(16, total)), total);
    const begin = Math.min(Math.max((low + high - width) / 2, 0), total - width);
    this.view = { low: begin, high: begin + width };
    this.timeline.draw();
    const range = byId("memory").layout?.xaxis.range;
    const wanted = [usOf(begin), usOf(begin + width)];
    if (range && (range[0] !== wanted[0] || range[1] !== wanted[1])) Plotly.relayout(byId("memory"), { "xaxis.range": wanted });
  }

  select(node) {
    this.selected = node;
    const bar = byId("selection");
    const layer = this.timing.layers.find((item) => item.node === node);
    if (node === null || !layer) {
      this.selected = null;
      bar.hidden = true;
    } else {
      const show = element("button", { type: "button", textContent: "Show in timeline" });
      show.addEventListener("click", () => {
        const pad = (layer.end - layer.begin) * 0.05;
        this.setView(layer.begin - pad, layer.end + pad);
        byId("timeline").scrollIntoView({ block: "center" });
      });
      const clear = element("button", { type: "button", textContent: "Clear", "aria-label": "Clear the selection" });
      clear.addEventListener("click", () => this.select(null));
      bar.replaceChildren(element("span", { textContent: nodeText(node), title: nodeText(node) }), show, clear);
      bar.hidden = false;
    }
    this.timeline.draw();
    this.table.mark(true);
    drawRoofline(this);
  }

  showStall(stall) {
    if (stall.core !== this.core) this.pick(DATA.timings.indexOf(this.timing), stall.core);
    const width = stall.end - stall.begin;
    this.setView(stall.begin - width, stall.end + width);
    byId("timeline").scrollIntoView({ block: "center" });
    const lane = DATA.lanes[stall.lane];
    byId("details").replaceChildren(element("p", { class: "hint", textContent: `${lane} does no work here: it is not drawn.` }));
    for (const track of this.timeline.core.tracks) {
      if (track.name.split(" ")[0] !== lane) continue;
      const index = lastBefore(track.stalls.begin, stall.begin);
      if (index >= 0 && track.stalls.reason[index] === stall.reason && track.stalls.begin[index] + track.stalls.ticks[index] >= stall.end) {
        this.timeline.pin({ track, kind: "stalls", index, count: 1 });
      }
    }
  }

  pick(timing, core) {
    this.choose(timing, core);
    byId("timing").value = String(timing);
    byId("core").replaceChildren(...this.timing.cores.map((_, index) => element("option", { value: String(index), textContent: String(index) })));
    byId("core").value = String(core);
    byId("core-label").hidden = this.timing.cores.length < 2;
    for (const run of document.querySelectorAll("#runs .strip button")) run.setAttribute("aria-pressed", String(run.dataset.timing === String(timing)));
    this.table.build();
    buildStalls(this);
    this.select(null);
    this.drawAll();
  }

  drawAll() {
    drawLegend(this);
    this.timeline.draw();
    drawMemory(this);
    drawBreakdown(this);
    drawRoofline(this);
    this.table.mark();
  }
}

function drawTiles() {
  const { summary } = DATA;
  const bound = summary.lower_bound_ns;
  const races = summary.races === null ? ["–", "not looked for"] : [fixed(summary.races), summary.races ? "results may be wrong" : "between engines"];
  const tiles = [
    ["Time", nsText(summary.total_ns), `accelerator ${nsText(summary.accelerator_ns)}`],
    ["Lower bound", bound === null ? "–" : nsText(bound), bound ? `takes ${fixed(summary.total_ns / bound, 2)} times that` : "not known of a program"],
    ["Array utilization (MFU)", shareText(summary.mfu), `works ${shareText(summary.array_busy)} of the time`],
    ["HBM utilization (MBU)", shareText(summary.mbu), `${bytesText(summary.hbm_bytes)} moved`],
    ["SBUF peak", bytesText(summary.peak_bytes.sbuf), `of ${bytesText(DATA.capacity.sbuf)}`],
    ["Instructions", fixed(summary.instructions), `${compactText(summary.macs)} MACs${summary.cores > 1 ? `, ${summary.cores} cores` : ""}`],
    ["Races", ...races],
  ];
  for (const [name, value, note] of tiles) {
    byId("tiles").append(element("div", {}, element("dt", { textContent: name }), element("dd", {}, value, element("small", { textContent: note }))));
  }
  byId("subtitle").textContent = `simulated cycle by cycle on ${DATA.target}; one tick is ${fixed(DATA.ns_per_tick, 4)} ns, one cycle of the array ${fixed(DATA.ticks_per_cycle)} ticks`;
}

function drawRuns(state) {
  const { rows, count } = DATA.runs;
  if (count < 2) return;
  const strip = element("div", { class: "strip", role: "group", "aria-label": "Segments of the program in the order in which they ran" });
  for (const run of rows) {
    const text = `${run.name} (${run.place}): ${nsText(run.ns)}${run.transfer_ns ? `, ${nsText(run.transfer_ns)} of it transfers with the host` : ""}`;
    const made = element("button", { type: "button", class: run.timing < 0 ? "host" : "", textContent: `${run.name} ${nsText(run.ns)}`, title: text, "aria-label": text, disabled: run.timing < 0 });
    made.style.flexGrow = String(Math.max(run.ns, 1e-9));
    made.dataset.timing = String(run.timing);
    made.addEventListener("click", () => state.pick(run.timing, 0));
    strip.append(made);
  }
  const note = count > rows.length ? `first ${fixed(rows.length)} of ${fixed(count)} runs of segments` : "segments in the order in which they ran";
  byId("runs").append(strip, element("p", { class: "hint", textContent: note }));
  byId("runs").hidden = false;
}

// Names of lanes, numbered neighbours as one: dma3 to dma15.
function ranges(names) {
  const parts = [];
  for (const name of names) {
    const [, stem, number] = /^(.*?)(\d*)$/.exec(name);
    const last = parts[parts.length - 1];
    if (last && number && last.stem === stem && last.end === Number(number) - 1) last.end = Number(number);
    else parts.push({ stem, begin: name, end: number ? Number(number) : NaN });
  }
  return parts.map(({ stem, begin, end }) => (begin === `${stem}${end}` || Number.isNaN(end) ? begin : `${begin} to ${stem}${end}`)).join(", ");
}

function drawLegend(state) {
  const { tracks, merged, unused } = state.timing.cores[state.core];
  const used = new Set(tracks.flatMap((track) => Array.from(new Set(track.stalls.reason))));
  const items = DATA.reasons.map((reason, code) => [reason, code]).filter(([, code]) => used.has(code)).map(([reason, code]) => {
    const swatch = element("i");
    swatch.style.background = palette().reasons[code];
    return element("span", { title: reason.meaning }, swatch, reason.name);
  });
  const note = merged < 0 ? [] : [element("span", { textContent: `Neighbours of the same node and operation less than ${timeText(merged + 1)} apart are one slice.` })];
  if (unused.length) note.push(element("span", { textContent: `No work: ${ranges(unused)}` }));
  byId("legend").replaceChildren(element("span", { textContent: "Stalls:" }), ...items, ...note);
}

function drawTerms() {
  const terms = [
    ...DATA.reasons.map((reason) => [reason.name, reason.meaning]),
    ...LAYER_COLUMNS.filter((column) => column.meaning).map((column) => [column.title, column.meaning]),
    ["MFU", "MACs done, of those the array could do in the whole time at the rate of the operands' types"],
    ["MBU", "bytes over the interface of HBM, of those its bandwidth allows in the whole time"],
  ];
  for (const [name, meaning] of terms) byId("terms").append(element("dt", { textContent: name }), element("dd", { textContent: meaning }));
}

async function start() {
  setUpTheme();
  const script = document.createElement("script");
  script.textContent = new TextDecoder().decode(await unpacked("library"));
  document.head.append(script);
  DATA.timings = resolve(DATA.timings, await unpacked("columns"));
  drawTiles();
  drawTerms();
  if (!DATA.timings.some((timing) => timing.total > 0)) {
    byId("problem").textContent = "Nothing of this program took time on the accelerator: there is no timeline.";
    byId("problem").hidden = false;
    for (const part of document.querySelectorAll("main > section:not(:has(#tiles)), .pair")) part.hidden = true;
    return;
  }
  // What takes most of the program's time is shown first.
  const costs = DATA.timings.map((timing) => timing.total * timing.invocations);
  const longest = costs.indexOf(Math.max(...costs));
  const state = new State(longest);
  state.timeline = new Timeline(state);
  state.table = new LayerTable(state);
  drawRuns(state);
  byId("timing").replaceChildren(...DATA.timings.map((timing, index) => element("option", { value: String(index), textContent: `${timing.name} (${timeText(timing.total)}${timing.invocations > 1 ? `, ${fixed(timing.invocations)} times` : ""})` })));
  byId("timing-label").hidden = DATA.timings.length < 2;
  byId("timing").addEventListener("change", () => state.pick(Number(byId("timing").value), 0));
  byId("stall-lanes").addEventListener("change", () => buildStalls(state));
  byId("core").addEventListener("change", () => state.pick(DATA.timings.indexOf(state.timing), Number(byId("core").value)));
  state.pick(longest, 0);
  theme.listeners.push(() => state.drawAll());
  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => state.timeline.draw(), 80);
  });
}

start().then(() => { document.body.dataset.ready = "yes"; }).catch((error) => {
  byId("problem").textContent = `This report cannot be shown: ${error.message}`;
  byId("problem").hidden = false;
  document.body.dataset.ready = "failed";
});
