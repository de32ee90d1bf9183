// Data of the report, its columns unpacked, and how numbers are written.

const DATA = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

// Bytes of a packed text (base64 of gzip) of an element.
async function unpacked(id) {
  const text = atob(byId(id).textContent);
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

const TYPES = { i1: Int8Array, i2: Int16Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };

// Replaces every reference to a column by the column.
function resolve(value, buffer) {
  if (Array.isArray(value)) return value.map((item) => resolve(item, buffer));
  if (value === null || typeof value !== "object") return value;
  if ("at" in value && "type" in value) {
    const column = new TYPES[value.type](buffer, value.at, value.count);
    if (!value.differences) return column;
    const whole = new Float64Array(value.count);
    let sum = 0;
    column.forEach((step, index) => { whole[index] = sum += step; });
    return whole;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, buffer)]));
}

const usOf = (ticks) => (ticks * DATA.ns_per_tick) / 1000;
const ticksOf = (us) => (us * 1000) / DATA.ns_per_tick;
const cyclesOf = (ticks) => ticks / DATA.ticks_per_cycle;

function fixed(value, digits = 0) {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function nsText(ns) {
  for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) {
    if (Math.abs(ns) >= size) return `${fixed(ns / size, ns / size < 10 ? 3 : ns / size < 100 ? 2 : 1)} ${unit}`;
  }
  return `${fixed(ns, ns < 100 && ns !== Math.round(ns) ? 1 : 0)} ns`;
}

const timeText = (ticks) => nsText(ticks * DATA.ns_per_tick);

function bytesText(bytes) {
  for (const [unit, size] of [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]]) {
    if (bytes >= size) return `${fixed(bytes / size, bytes / size < 100 ? 1 : 0)} ${unit}`;
  }
  return `${fixed(bytes)} B`;
}

// Compact, for columns of a table: 27.9 M.
function compactText(value) {
  for (const [unit, size] of [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]]) {
    if (value >= size) return `${fixed(value / size, value / size < 100 ? 1 : 0)} ${unit}`;
  }
  return fixed(value);
}

const shareText = (share) => `${fixed(share * 100, 1)}%`;

function flopsText(perNs) {
  return perNs >= 1000 ? `${fixed(perNs / 1000, 2)} TFLOP/s` : `${fixed(perNs, perNs < 10 ? 2 : 0)} GFLOP/s`;
}

const semaphoreText = (state, number) => state.timing.semaphores[number] ?? String(number);

const nodeText = (code) => (code < 0 ? "" : DATA.nodes[code] || "(no node)");

// Long names differ most at their ends.
function shortText(text, most) {
  if (text.length <= most) return text;
  const head = Math.floor((most - 1) / 3);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

// What the names of all nodes begin with, up to a separator.
const SHARED = (() => {
  const names = DATA.nodes.filter(Boolean);
  let shared = names.length > 2 ? names[0] : "";
  for (const name of names) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  return shared.slice(0, Math.max(shared.lastIndexOf("/"), shared.lastIndexOf(".")) + 1);
})();

const shortNode = (code, most) => shortText(nodeText(code).startsWith(SHARED) ? nodeText(code).slice(SHARED.length) : nodeText(code), most);

// An element; names only ever become text.
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("aria-") || key === "role" || key === "scope") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}
