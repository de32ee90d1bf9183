// The tables of layers and of stalls.

const LAYER_COLUMNS = [
  { name: "layer", title: "Layer", text: true, value: (layer) => nodeText(layer.node) },
  { name: "ops", title: "Operations", text: true, value: (layer) => [...new Set(layer.ops.map((op) => (DATA.ops[op] || "").replace(/^\w+\./, "")))].join(" ") },
  { name: "begin", title: "Begin µs", meaning: "when its first instruction starts", value: (layer) => usOf(layer.begin), show: (value) => fixed(value, 2) },
  { name: "adds", title: "Adds µs", meaning: "by how much it ends after all that ended before it; adds up to the segment's time", value: (layer) => usOf(layer.adds), show: (value) => fixed(value, 2), total: true },
  { name: "share", title: "Share", meaning: "of the segment's time: what it adds", value: (layer, state) => layer.adds / state.timing.total, bar: true, show: shareText, total: true },
  { name: "cycles", title: "Cycles", meaning: "cycles of the array's clock in which a compute engine works for it", value: (layer) => cyclesOf(layer.compute), show: (value) => fixed(value) },
  { name: "utilization", title: "Utilization", meaning: "share of these cycles that its MACs need at the array's peak", value: (layer) => (layer.macs && layer.compute ? layer.ideal / layer.compute : null), show: shareText },
  { name: "macs", title: "MACs", value: (layer) => layer.macs, show: compactText, exact: true, total: true },
  { name: "hbm", title: "HBM", meaning: "bytes over the interface of HBM", value: (layer) => layer.hbm_bytes, show: bytesText, exact: true, total: true },
  { name: "bytes", title: "DMA", meaning: "bytes that transfers move", value: (layer) => layer.bytes, show: bytesText, exact: true, total: true },
  { name: "intensity", title: "FLOP/B", meaning: "arithmetic intensity: FLOP per byte of HBM", value: (layer) => (layer.macs && layer.hbm_bytes ? (2 * layer.macs) / layer.hbm_bytes : null), show: (value) => fixed(value, 1) },
  { name: "limit", title: "Limit", text: true, meaning: "the roof over it: what its MACs need of the array is longer than what its bytes need of HBM, or not", value: (layer) => layer.limit },
  { name: "busiest", title: "Busiest", text: true, meaning: "the engine, or the DMA queues together, that works longest for it", value: (layer) => (layer.busiest < 0 ? "" : DATA.resources[layer.busiest]) },
  { name: "worst", title: "Worst stall", text: true, meaning: "the reason for which its instructions stood still longest, over all lanes", value: (layer) => (layer.worst < 0 ? "" : `${DATA.reasons[layer.worst].name} ${timeText(layer.stalls[layer.worst])}`), key: (layer) => (layer.worst < 0 ? 0 : layer.stalls[layer.worst]) },
];

class LayerTable {
  constructor(state) {
    this.state = state;
    this.table = byId("layers");
    this.sort = { column: LAYER_COLUMNS[2], rising: true };
    const head = element("tr");
    for (const column of LAYER_COLUMNS) {
      const button = element("button", { type: "button", textContent: column.title, title: column.meaning ?? "" });
      button.addEventListener("click", () => this.sortBy(column));
      column.head = element("th", { scope: "col", class: column.text ? "text" : "" }, button);
      head.append(column.head);
    }
    this.table.tHead.append(head);
    byId("filter").addEventListener("input", () => this.filter());
    byId("busiest").addEventListener("change", () => this.filter());
    this.table.tBodies[0].addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (row) state.select(Number(row.dataset.node) === state.selected ? null : Number(row.dataset.node));
    });
  }

  key(layer, column) { return (column.key ?? column.value)(layer, this.state); }

  sortBy(column) {
    const again = this.sort.column === column;
    this.sort = { column, rising: again ? !this.sort.rising : Boolean(column.text && !column.key) };
    this.order();
  }

  build() {
    const { layers } = this.state.timing;
    this.rows = layers.map((layer) => ({ layer, row: this.row(layer), text: this.words(layer) }));
    const busiest = [...new Set(layers.map((layer) => layer.busiest))].sort((a, b) => a - b);
    byId("busiest").replaceChildren(element("option", { value: "", textContent: "any" }));
    for (const code of busiest) byId("busiest").append(element("option", { value: String(code), textContent: code < 0 ? "nothing" : DATA.resources[code] }));
    const foot = element("tr");
    for (const column of LAYER_COLUMNS) {
      const sum = column.total ? layers.reduce((all, layer) => all + column.value(layer, this.state), 0) : null;
      const text = sum === null ? "" : column.show(sum);
      const title = column.exact ? fixed(sum) : "";
      foot.append(element("td", { class: column.text ? "text" : "", textContent: column.name === "layer" ? "all layers" : text, title }));
    }
    this.table.tFoot.replaceChildren(foot);
    this.order();
  }

  words(layer) { return `${nodeText(layer.node)} ${LAYER_COLUMNS[1].value(layer)}`.toLowerCase(); }

  row(layer) {
    const made = element("tr");
    made.dataset.node = layer.node;
    for (const column of LAYER_COLUMNS) {
      const value = column.value(layer, this.state);
      const cell = element("td", { class: column.text ? "text" : "" });
      if (column.name === "layer") {
        const swatch = element("i", { class: "swatch" });
        cell.append(swatch, element("button", { type: "button", class: "name", textContent: shortNode(layer.node, 25), title: value }));
      } else if (column.text) {
        cell.textContent = value;
        cell.title = value;
        cell.classList.add("long");
      } else {
        cell.textContent = value === null ? "–" : column.show(value);
        if (column.exact) cell.title = fixed(value);
        if (column.bar) {
          const filled = element("b");
          filled.style.width = `${Math.min(100, value * 100)}%`;
          cell.append(element("span", { class: "share", "aria-hidden": "true" }, filled));
        }
      }
      made.append(cell);
    }
    return made;
  }

  order() {
    const { column, rising } = this.sort;
    for (const other of LAYER_COLUMNS) {
      if (other === column) other.head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      else other.head.removeAttribute("aria-sort");
    }
    const sorted = [...this.rows].sort((a, b) => {
      const [left, right] = [this.key(a.layer, column), this.key(b.layer, column)];
      if (left === null || right === null) return (left === null) - (right === null);
      const order = typeof left === "string" ? left.localeCompare(right, "en", { numeric: true }) : left - right;
      return rising ? order : -order;
    });
    this.table.tBodies[0].replaceChildren(...sorted.map((item) => item.row));
    this.filter();
    this.mark();
  }

  filter() {
    const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const busiest = byId("busiest").value;
    let shown = 0;
    for (const { layer, row, text } of this.rows) {
      row.hidden = !words.every((word) => text.includes(word)) || (busiest !== "" && layer.busiest !== Number(busiest));
      shown += row.hidden ? 0 : 1;
    }
    byId("shown").textContent = `${fixed(shown)} of ${fixed(this.rows.length)} layers`;
  }

  mark(scroll = false) {
    const colours = [...palette().layers, palette().unknown];
    for (const { layer, row } of this.rows) {
      row.setAttribute("aria-selected", String(layer.node === this.state.selected));
      row.querySelector("i.swatch").style.background = colours[this.state.colourOf(layer.node)];
      // Only the table scrolls, not the page under what was clicked.
      if (scroll && layer.node === this.state.selected && !row.hidden) {
        const box = row.closest(".scroll");
        if (row.offsetTop < box.scrollTop + 40 || row.offsetTop > box.scrollTop + box.clientHeight - 70) box.scrollTop = row.offsetTop - box.clientHeight / 2;
      }
    }
  }
}

const STALL_COLUMNS = ["Lane", "Reason", "Node that waits", "Waits for", "Semaphore", "Stalls", "Time", "Share", "Longest"];
const STALL_TEXT = 5;

function buildStalls(state) {
  const table = byId("stalls");
  const head = element("tr");
  STALL_COLUMNS.forEach((title, index) => head.append(element("th", { scope: "col", class: index < STALL_TEXT ? "text" : "", textContent: title })));
  table.tHead.replaceChildren(head);
  const several = state.timing.cores.length > 1;
  const lanes = byId("stall-lanes").value;
  const isQueue = (stall) => DATA.lanes[stall.lane].startsWith("dma");
  const rows = state.timing.stalls.filter((stall) => lanes === "all" || isQueue(stall) === (lanes === "queues")).map((stall) => {
    const producer = (name) => (stall.producer < 0 ? "" : `${DATA.lanes[stall.producer]}: ${name(stall.producer_node, 38)}`);
    const lane = DATA.lanes[stall.lane] ?? "";
    const cells = [
      several ? `core ${stall.core} ${lane}` : lane, DATA.reasons[stall.reason].name, shortNode(stall.node, 44), producer(shortNode),
      stall.semaphore < 0 ? "–" : semaphoreText(state, stall.semaphore), fixed(stall.count), timeText(stall.ticks), shareText(stall.ticks / state.timing.total),
    ];
    const whole = { 2: nodeText(stall.node), 3: producer(nodeText) };
    const row = element("tr");
    cells.forEach((text, index) => {
      const title = whole[index] ?? "";
      row.append(element("td", { class: index < STALL_TEXT ? "text long" : "", textContent: text, title }));
    });
    const show = element("button", { type: "button", textContent: "Show", "aria-label": `Show the longest of these stalls of ${lane} in the timeline` });
    show.addEventListener("click", () => state.showStall(stall));
    row.append(element("td", {}, show));
    return row;
  });
  table.tBodies[0].replaceChildren(...rows);
}
