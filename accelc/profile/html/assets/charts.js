// Memory over time, where the time of lanes went, and the roofline.

function drawMemory(state) {
  const plot = byId("memory");
  const { edges, sbuf, psum, hbm, macs, sbuf_highest, psum_highest } = state.timing.cores[state.core].counters;
  const x = Array.from(edges, usOf);
  const steps = (column, factor) => {
    const values = Array.from(column, (value) => value * factor);
    return values.length ? [...values, values[values.length - 1]] : values;
  };
  const [blue, cyan, teal, , , , purple] = palette().layers;
  const fastest = DATA.roofs[DATA.roofs.length - 1] ?? { rate: 1, dtypes: "any" };
  const gap = 0.07;
  const panels = [
    { name: "SBUF", unit: " MiB", mean: sbuf, highest: sbuf_highest, factor: 1 / 2 ** 20, top: DATA.capacity.sbuf, colour: blue, limit: "capacity" },
    { name: "PSUM", unit: " MiB", mean: psum, highest: psum_highest, factor: 1 / 2 ** 20, top: DATA.capacity.psum, colour: teal, limit: "capacity" },
    { name: "HBM", unit: " GB/s", mean: hbm, factor: 1, top: DATA.hbm_bytes_per_ns, colour: purple, limit: "peak" },
    { name: "array", unit: "%", mean: macs, factor: 100, top: fastest.rate, colour: cyan, limit: `of all PEs, ${fastest.dtypes} peak` },
  ];
  const traces = [];
  const layout = baseLayout({
    height: 450, margin: { ...MARGIN, t: 12, b: 46 }, dragmode: "zoom", hovermode: "x unified", annotations: [], shapes: [],
    xaxis: axis({ range: [usOf(state.view.low), usOf(state.view.high)], ticksuffix: " µs", anchor: "y4", showline: true, exponentformat: "none", separatethousands: true, hoverformat: ",.2f", title: { text: "time since the segment began", font: { size: 12 }, standoff: 8 } }),
  });
  panels.forEach((panel, index) => {
    const suffix = index ? String(index + 1) : "";
    const size = (1 - gap * (panels.length - 1)) / panels.length;
    const high = 1 - index * (size + gap);
    const top = panel.top * panel.factor;
    const format = top >= 100 ? ",.0f" : ",.2f";
    layout[`yaxis${suffix}`] = axis({ domain: [Math.max(0, high - size), high], range: [0, top * 1.12], fixedrange: true, nticks: 4, ticksuffix: panel.unit, showline: true });
    if (panel.highest) {
      traces.push({ type: "scatter", mode: "lines", name: `${panel.name} highest`, x, y: steps(panel.highest, panel.factor), yaxis: `y${suffix}`, line: { color: panel.colour, width: 1, dash: "dot", shape: "hv" }, hovertemplate: `%{y:${format}}` });
    }
    traces.push({ type: "scatter", mode: "lines", name: panel.highest ? `${panel.name} mean` : panel.name, x, y: steps(panel.mean, panel.factor), yaxis: `y${suffix}`, fill: "tozeroy", fillcolor: withAlpha(panel.colour, 0.3), line: { color: panel.colour, width: 1.3, shape: "hv" }, hovertemplate: `%{y:${format}}${panel.unit}` });
    layout.shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, yref: `y${suffix}`, y0: top, y1: top, line: { color: cssColour("--soft"), width: 1, dash: "dash" } });
    layout.annotations.push({ xref: "paper", x: 1, xanchor: "right", yref: `y${suffix}`, y: top, yanchor: "bottom", showarrow: false, font: { size: 11, color: cssColour("--soft") }, text: `${panel.name} ${panel.limit} ${fixed(top, top < 10 ? 2 : 0)}${panel.unit}` });
  });
  Plotly.react(plot, traces, layout, CONFIG);
  if (plot.dataset.listening) return;
  plot.dataset.listening = "yes";
  plot.on("plotly_relayout", (change) => {
    if ("xaxis.range[0]" in change) state.setView(ticksOf(change["xaxis.range[0]"]), ticksOf(change["xaxis.range[1]"]));
  });
  plot.on("plotly_doubleclick", () => state.setView(0, state.timing.total));
}

function drawBreakdown(state) {
  const lanes = state.timing.cores[state.core].lanes;
  const total = state.timing.total;
  const names = lanes.map((lane) => lane.lane);
  const bar = (name, ticks, colour) => ({
    type: "bar", orientation: "h", name, y: names, x: ticks.map((value) => (100 * value) / total), customdata: ticks.map((value) => timeText(value)),
    marker: { color: colour, line: { width: 0.6, color: cssColour("--card") } },
    hovertemplate: `%{y}: ${name} %{x:.1f}% (%{customdata})<extra></extra>`,
  });
  const traces = [bar("work", lanes.map((lane) => lane.busy), palette().work)];
  DATA.reasons.forEach((reason, code) => {
    const ticks = lanes.map((lane) => lane.reasons[code]);
    if (ticks.some((value) => value > 0)) traces.push(bar(reason.name, ticks, palette().reasons[code]));
  });
  Plotly.react(byId("breakdown"), traces, baseLayout({
    height: Math.max(320, 110 + 22 * lanes.length), margin: { l: 66, r: 26, t: 60, b: 34 }, barmode: "stack", bargap: 0.25, showlegend: true, dragmode: false,
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, traceorder: "normal", font: { size: 11.5 }, entrywidth: 74 },
    xaxis: axis({ range: [0, 100.2], tickvals: [0, 20, 40, 60, 80, 100], ticktext: ["0%", "20%", "40%", "60%", "80%", "100%"], fixedrange: true }),
    yaxis: axis({ autorange: "reversed", fixedrange: true, showgrid: false }),
  }), CONFIG);
}

// FLOP per byte of HBM and FLOP per ns of every layer that multiplies.
function rooflinePoints(state) {
  return state.timing.layers.filter((layer) => layer.macs > 0 && layer.active > 0).map((layer) => ({
    layer, intensity: layer.hbm_bytes ? (2 * layer.macs) / layer.hbm_bytes : null, rate: (2 * layer.macs) / (layer.active * DATA.ns_per_tick),
  }));
}

function drawRoofline(state) {
  const plot = byId("roofline");
  const points = rooflinePoints(state);
  const top = Math.max(...DATA.roofs.map((roof) => 2 * roof.macs_per_ns), 1);
  const ridge = top / DATA.hbm_bytes_per_ns;
  const known = points.filter((point) => point.intensity !== null).map((point) => point.intensity);
  const low = Math.min(ridge / 100, ...known.map((value) => value / 2));
  const high = Math.max(ridge * 30, ...known.map((value) => value * 3));
  const traces = [];
  const annotations = [];
  const line = (x, y, dash) => ({ type: "scatter", mode: "lines", x, y, line: { color: cssColour("--soft"), width: 1.6, dash }, hoverinfo: "skip" });
  traces.push(line([low, ridge], [low * DATA.hbm_bytes_per_ns, top], "solid"));
  annotations.push({ x: Math.log10(low) + 0.1 * Math.log10(ridge / low), y: Math.log10(low * DATA.hbm_bytes_per_ns) + 0.1 * Math.log10(ridge / low), text: `HBM ${fixed(DATA.hbm_bytes_per_ns)} GB/s`, showarrow: false, xanchor: "left", yanchor: "top", font: { size: 11.5, color: cssColour("--soft") } });
  for (const roof of DATA.roofs) {
    const level = 2 * roof.macs_per_ns;
    traces.push(line([level / DATA.hbm_bytes_per_ns, high], [level, level], "solid"));
    annotations.push({ x: Math.log10(high), y: Math.log10(level), text: `array ${roof.dtypes}: ${flopsText(level)}`, showarrow: false, xanchor: "right", yanchor: "bottom", font: { size: 11.5, color: cssColour("--soft") } });
  }
  const selected = state.selected;
  const colours = [...palette().layers, palette().unknown];
  const widest = Math.max(...points.map((point) => point.layer.adds), 1);
  traces.push({
    type: "scatter", mode: "markers", cliponaxis: false, hoverinfo: "none",
    x: points.map((point) => point.intensity ?? high / 1.3), y: points.map((point) => point.rate),
    marker: {
      size: points.map((point) => 7 + 15 * Math.sqrt(point.layer.adds / widest)),
      symbol: points.map((point) => (point.intensity === null ? "triangle-right" : "circle")),
      color: points.map((point) => colours[state.colourOf(point.layer.node)]),
      opacity: points.map((point) => (selected === null ? 0.85 : point.layer.node === selected ? 1 : 0.2)),
      line: { width: points.map((point) => (point.layer.node === selected ? 3 : 1)), color: points.map((point) => (point.layer.node === selected ? cssColour("--text") : cssColour("--card"))) },
    },
  });
  if (!points.length) annotations.push({ xref: "paper", yref: "paper", x: 0.5, y: 0.4, showarrow: false, text: "no layer of this segment multiplies" });
  const bottom = Math.min(low * DATA.hbm_bytes_per_ns, ...points.map((point) => point.rate / 2));
  Plotly.react(plot, traces, baseLayout({
    height: Math.max(380, byId("breakdown").clientHeight), margin: { l: 66, r: 16, t: 4, b: 46 }, hovermode: "closest", dragmode: false, annotations,
    xaxis: axis({ type: "log", range: [Math.log10(low), Math.log10(high)], fixedrange: true, dtick: 1, exponentformat: "none", separatethousands: true, title: { text: "arithmetic intensity (FLOP per byte of HBM)", font: { size: 12 } } }),
    yaxis: axis({ type: "log", range: [Math.log10(bottom), Math.log10(top * 2.2)], fixedrange: true, dtick: 1, exponentformat: "none", separatethousands: true, title: { text: "GFLOP/s", font: { size: 12 } } }),
  }), CONFIG);
  plot.points = points;
  if (plot.dataset.listening) return;
  plot.dataset.listening = "yes";
  const pointOf = (event) => plot.points[event.points[0].pointNumber];
  plot.on("plotly_click", (event) => state.select(pointOf(event).layer.node));
  plot.on("plotly_unhover", hideTip);
  plot.on("plotly_hover", (event) => {
    const { layer, intensity, rate } = pointOf(event);
    showTip(event.event, { title: nodeText(layer.node), facts: [
      ["attained", flopsText(rate)], ["intensity", intensity === null ? "no bytes of HBM" : `${fixed(intensity, 1)} FLOP/B`],
      ["active", timeText(layer.active)], ["limit", layer.limit], ["busiest", layer.busiest < 0 ? "nothing" : DATA.resources[layer.busiest]],
    ] });
  });
}
