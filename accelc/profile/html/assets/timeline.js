// The timeline: every lane as a band of work and a band of stalls, drawn at the resolution of the screen.
//
// At each zoom level a column of pixels becomes one cell of a heat map, coloured by what covers most of it and the
// fainter the less is covered: cost and look do not depend on the number of slices.

const WORK = 0.58; // height of the band of work
const STALLS = [0.64, 0.9]; // band of stalls
const LEVELS = [0.3, 0.5, 0.75, 1]; // opacity by share covered
const STEPS = LEVELS.length + 1; // and one for the first pixel of a wide slice
const MARGIN = { l: 96, r: 16 };

// Index of the last slice that begins at or before a tick, -1 if none does.
function lastBefore(begin, tick) {
  let low = 0;
  let high = begin.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (begin[middle] <= tick) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// Slices of one track may overlap (transfers of a queue): how far back one that is still going on can begin.
function reachOf(slices) {
  let longest = 0;
  for (let i = 0; i < slices.ticks.length; i++) longest = Math.max(longest, slices.ticks[i]);
  return longest;
}

// One row of codes for the heat map: colours of [low, high) in `width` cells.
function paintRow(slices, colours, low, high, width, count) {
  const row = new Array(width).fill(null);
  if (!slices.begin.length) return row;
  const cell = (high - low) / width;
  const covered = new Float64Array(count);
  let current = -1;
  let painted = low;
  const finish = () => {
    if (current < 0) return;
    let best = -1;
    let sum = 0;
    for (let colour = 0; colour < count; colour++) {
      // The second half are colours of what is not selected: they show where nothing that is selected does.
      if (colour === count / 2 && best >= 0) break;
      sum += covered[colour];
      if (covered[colour] > 0 && (best < 0 || covered[colour] > covered[best])) best = colour;
    }
    if (best >= 0) {
      const share = Math.min(sum / cell, 1);
      row[current] = best * STEPS + Math.min(LEVELS.length - 1, Math.floor(share * LEVELS.length));
    }
    covered.fill(0);
  };
  slices.reach ??= reachOf(slices);
  let index = Math.max(0, lastBefore(slices.begin, low - slices.reach));
  for (; index < slices.begin.length && slices.begin[index] < high; index++) {
    const begin = Math.max(slices.begin[index], painted);
    const end = Math.min(slices.begin[index] + slices.ticks[index], high);
    if (end <= begin) continue;
    painted = end;
    const colour = colours[index];
    const first = Math.floor((begin - low) / cell);
    const last = Math.min(width - 1, Math.floor((end - low) / cell));
    if (first !== current) {
      finish();
      current = Math.min(first, width - 1);
    }
    if (last === first) {
      covered[colour] += end - begin;
      continue;
    }
    covered[colour] += low + (first + 1) * cell - begin;
    finish();
    const full = colour * STEPS + LEVELS.length - 1;
    for (let at = first + 1; at < last; at++) row[at] = full;
    // The first full pixel of a wide slice is its border.
    if (last - first > 5 && slices.begin[index] >= low) row[first + 1] = colour * STEPS + LEVELS.length;
    current = last;
    covered[colour] += end - (low + last * cell);
  }
  finish();
  return row;
}

class Timeline {
  constructor(state) {
    this.state = state;
    this.plot = byId("timeline");
  }

  get core() { return this.state.timing.cores[this.state.core]; }

  colours() {
    const chosen = palette();
    const own = [...chosen.layers, chosen.unknown, ...chosen.reasons];
    return [...own, ...own.map((colour) => mixed(colour, chosen.page, 0.8))];
  }

  // Colour of each slice; layers that are not selected are dimmed.
  codes(slices, isStall) {
    const layers = palette().layers.length;
    const selected = this.state.selected;
    const dimmed = layers + 1 + palette().reasons.length;
    const found = new Uint8Array(slices.begin.length);
    for (let i = 0; i < found.length; i++) {
      const node = slices.node[i];
      const own = isStall ? layers + 1 + slices.reason[i] : this.state.colourOf(node);
      found[i] = selected === null || node === selected ? own : own + dimmed;
    }
    return found;
  }

  width() { return Math.max(50, Math.round(this.plot.clientWidth - MARGIN.l - MARGIN.r)); }

  draw() {
    const { low, high } = this.state.view;
    const tracks = this.core.tracks;
    const width = this.width();
    const colours = this.colours();
    const z = [];
    const edges = [0];
    const blank = new Array(width).fill(null);
    tracks.forEach((track, index) => {
      z.push(paintRow(track.work, this.codes(track.work, false), low, high, width, colours.length), blank);
      z.push(paintRow(track.stalls, this.codes(track.stalls, true), low, high, width, colours.length), blank);
      edges.push(index + WORK, index + STALLS[0], index + STALLS[1], index + 1);
    });
    const step = usOf(high - low) / width;
    const scale = colours.flatMap((colour, code) => {
      const shades = [...LEVELS.map((alpha) => withAlpha(colour, alpha)), mixed(colour, "#000000", code < colours.length / 2 ? 0.4 : 0.1)];
      const at = (level) => (code * STEPS + level) / (colours.length * STEPS);
      return shades.flatMap((shade, level) => [[at(level), shade], [at(level + 1), shade]]);
    });
    const trace = {
      type: "heatmap", z, x0: usOf(low) + step / 2, dx: step, y: edges, hoverinfo: "none", showscale: false,
      zmin: -0.5, zmax: colours.length * STEPS - 0.5, colorscale: scale, zsmooth: false,
    };
    const layout = baseLayout({
      height: 58 + 27 * tracks.length,
      margin: { ...MARGIN, t: 4, b: 46 },
      dragmode: "zoom",
      xaxis: axis({
        range: [usOf(low), usOf(high)], ticksuffix: " µs", exponentformat: "none", separatethousands: true,
        title: { text: "time since the segment began", font: { size: 12 }, standoff: 8 }, showline: true,
      }),
      yaxis: axis({
        range: [tracks.length, 0], fixedrange: true, tickvals: tracks.map((_, index) => index + 0.45),
        ticktext: tracks.map((track) => track.name), showgrid: false, automargin: false, ticks: "",
      }),
      shapes: tracks.map((_, index) => ({
        type: "line", x0: 0, x1: 1, xref: "paper", y0: index, y1: index, layer: "below",
        line: { color: cssColour("--grid"), width: 1 },
      })),
    });
    const done = Plotly.react(this.plot, [trace], layout, CONFIG);
    if (!this.listening) this.listen();
    byId("view").textContent = `${timeText(low)} to ${timeText(high)} (${timeText(high - low)})`;
    return done;
  }

  listen() {
    this.listening = true;
    this.plot.on("plotly_relayout", (change) => {
      if ("xaxis.range[0]" in change) this.state.setView(ticksOf(change["xaxis.range[0]"]), ticksOf(change["xaxis.range[1]"]));
    });
    this.plot.on("plotly_doubleclick", () => this.state.setView(0, this.state.timing.total));
    this.plot.on("plotly_hover", (event) => {
      const found = this.at(event.points[0].x, event.points[0].y, event);
      if (found) showTip(event.event, this.describe(found));
      else hideTip();
    });
    this.plot.on("plotly_unhover", hideTip);
    this.plot.on("plotly_click", (event) => {
      const found = this.at(event.points[0].x, event.points[0].y, event);
      if (found) this.pin(found);
    });
    this.plot.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const { low, high } = this.state.view;
      const share = (event.clientX - this.plot.getBoundingClientRect().left - MARGIN.l) / this.width();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, low + (high - low) * Math.min(1, Math.max(0, share)));
    }, { passive: false, capture: true });
    this.plot.addEventListener("keydown", (event) => {
      const action = {
        "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2), Home: () => this.all(),
        ArrowLeft: () => this.move(-0.25), ArrowRight: () => this.move(0.25),
      }[event.key];
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      action();
    });
    byId("zoom-in").addEventListener("click", () => this.zoom(0.5));
    byId("zoom-out").addEventListener("click", () => this.zoom(2));
    byId("zoom-all").addEventListener("click", () => this.all());
    byId("earlier").addEventListener("click", () => this.move(-0.5));
    byId("later").addEventListener("click", () => this.move(0.5));
  }

  all() { this.state.setView(0, this.state.timing.total); }

  zoom(factor, centre = (this.state.view.low + this.state.view.high) / 2) {
    const { low, high } = this.state.view;
    this.state.setView(centre - (centre - low) * factor, centre + (high - centre) * factor);
  }

  move(share) {
    const { low, high } = this.state.view;
    const step = Math.max(-low, Math.min((high - low) * share, this.state.timing.total - high));
    this.state.setView(low + step, high + step);
  }

  // The slice that covers most of the pixel at (us, y), and how many begin in the same pixel.
  at(us, y) {
    const track = this.core.tracks[Math.floor(y)];
    if (!track) return null;
    const part = y - Math.floor(y);
    const kind = part <= (WORK + STALLS[0]) / 2 ? "work" : "stalls";
    const slices = track[kind];
    const half = (this.state.view.high - this.state.view.low) / this.width() / 2;
    const low = ticksOf(us) - half;
    const high = ticksOf(us) + half;
    let best = -1;
    let most = 0;
    let count = 0;
    slices.reach ??= reachOf(slices);
    for (let i = lastBefore(slices.begin, high); i >= 0 && slices.begin[i] >= low - slices.reach; i--) {
      const end = slices.begin[i] + slices.ticks[i];
      const common = Math.min(end, high) - Math.max(slices.begin[i], low);
      if (common <= 0) continue;
      count += 1;
      if (common > most) [best, most] = [i, common];
    }
    return best < 0 ? null : { track, kind, index: best, count };
  }

  // Title and facts of a slice.
  describe({ track, kind, index, count }) {
    const slices = track[kind];
    const begin = slices.begin[index];
    const ticks = slices.ticks[index];
    const facts = [];
    const times = slices.count[index];
    let title;
    if (kind === "work") {
      title = nodeText(slices.node[index]);
      facts.push(["operation", DATA.ops[slices.op[index]] || "(unknown)"]);
      const name = DATA.opcodes[slices.opcode[index]];
      facts.push(["instruction", times > 1 ? `${times} × ${name} from pc ${slices.pc[index]}` : `${name}, pc ${slices.pc[index]}`]);
    } else {
      const reason = DATA.reasons[slices.reason[index]];
      title = `${reason.name}: ${reason.meaning}`;
      if (slices.node[index] >= 0) facts.push(["waiting", `${nodeText(slices.node[index])}, pc ${slices.pc[index]}`]);
      if (slices.semaphore[index] >= 0) facts.push(["semaphore", semaphoreText(this.state, slices.semaphore[index])]);
      if (slices.producer_lane[index] >= 0) {
        const lane = DATA.lanes[slices.producer_lane[index]];
        facts.push(["waits for", `${lane} pc ${slices.producer_pc[index]}: ${nodeText(slices.producer_node[index])}`]);
      }
      if (times > 1) facts.push(["stalls", fixed(times)]);
    }
    facts.push(["lane", track.name]);
    facts.push(["ticks", `${fixed(begin)} to ${fixed(begin + ticks)}`]);
    facts.push(["time", `${timeText(ticks)} (${fixed(cyclesOf(ticks), 0)} cycles)`]);
    const more = count > 1 ? `and ${fixed(count - 1)} more in this pixel: zoom in` : "";
    return { title, facts, more };
  }

  pin(found) {
    const description = this.describe(found);
    const facts = [[found.kind === "work" ? "node" : "stall", description.title], ...description.facts];
    const slices = found.track[found.kind];
    const node = slices.node[found.index];
    const begin = slices.begin[found.index];
    const ticks = slices.ticks[found.index];
    const list = element("dl", { class: "facts" });
    for (const [name, text] of facts) {
      list.append(element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: text })));
    }
    const buttons = element("span", { class: "tools" });
    const button = (text, action) => {
      const made = element("button", { type: "button", textContent: text });
      made.addEventListener("click", action);
      buttons.append(made);
    };
    button("Zoom to it", () => this.state.setView(begin - ticks * 2, begin + ticks * 3));
    if (found.kind === "stalls" && slices.producer_lane[found.index] >= 0) {
      button("Show what it waited for", () => this.showRecord(slices.producer_lane[found.index], slices.producer_pc[found.index]));
    }
    if (node >= 0) button("Select layer", () => this.state.select(node));
    list.append(buttons);
    byId("details").replaceChildren(list);
    if (found.kind === "work") this.state.select(node);
  }

  // Zooms to a record and keeps its details.
  showRecord(lane, pc) {
    const name = DATA.lanes[lane];
    for (const track of this.core.tracks) {
      if (track.name.split(" ")[0] !== name) continue;
      const { work } = track;
      for (let i = 0; i < work.begin.length; i++) {
        if (work.pc[i] > pc || pc >= work.pc[i] + work.count[i]) continue;
        this.state.setView(work.begin[i] - work.ticks[i] * 2, work.begin[i] + work.ticks[i] * 3);
        this.pin({ track, kind: "work", index: i, count: 1 });
        return;
      }
    }
    byId("details").replaceChildren(element("p", { class: "hint", textContent: `pc ${pc} of ${name} is a control instruction: it takes no time.` }));
  }
}

function showTip(event, { title, facts, more }) {
  const tip = byId("tip");
  tip.replaceChildren(element("strong", { textContent: title }));
  for (const [name, text] of facts) tip.append(element("div", { textContent: `${name}: ${text}` }));
  if (more) tip.append(element("div", { class: "hint", textContent: more }));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const x = event.clientX + 16 + box.width > window.innerWidth ? event.clientX - 16 - box.width : event.clientX + 16;
  const y = Math.min(event.clientY + 14, window.innerHeight - box.height - 8);
  tip.style.left = `${Math.max(4, x)}px`;
  tip.style.top = `${Math.max(4, y)}px`;
}

function hideTip() { byId("tip").hidden = true; }
