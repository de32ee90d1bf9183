// Colours: told apart by people with colour-blindness (after Paul Tol's muted scheme; stalls differ in lightness too).

const PALETTES = {
  light: {
    layers: ["#4a5fc1", "#7cc3ea", "#3fa596", "#2b7a45", "#98983a", "#d9c25f", "#a64c97"],
    unknown: "#8c96a0",
    page: "#ffffff",
    reasons: [
      "#4d4d4d", "#8a8a8a", "#b5b5b5", "#c4434f", "#f0997a", "#762a83",
      "#af8dc3", "#d9c3e0", "#c99700", "#1b7837", "#8c510a", "#e8ebee",
    ],
    work: "#4a6fa5",
  },
  dark: {
    layers: ["#7f8fe8", "#7cc3ea", "#44aa99", "#4fa86b", "#adad4a", "#e0cd7a", "#c76bb8"],
    unknown: "#7d8791",
    page: "#171b21",
    reasons: [
      "#b8b8b8", "#8f8f8f", "#6a6a6a", "#c9525f", "#f3a57f", "#b277c0",
      "#8c6aa3", "#6e5580", "#e3b62e", "#52ad6c", "#c08445", "#242a31",
    ],
    work: "#6b93cc",
  },
};

const system = window.matchMedia("(prefers-color-scheme: dark)");
const theme = { choice: "auto", name: "light", listeners: [] };

function applyTheme() {
  theme.name = theme.choice === "auto" ? (system.matches ? "dark" : "light") : theme.choice;
  document.documentElement.dataset.theme = theme.name;
  byId("theme").textContent = `Theme: ${theme.choice}`;
  theme.listeners.forEach((listener) => listener());
}

function setUpTheme() {
  const choices = ["auto", "light", "dark"];
  byId("theme").addEventListener("click", () => {
    theme.choice = choices[(choices.indexOf(theme.choice) + 1) % choices.length];
    applyTheme();
  });
  system.addEventListener("change", applyTheme);
  applyTheme();
}

const palette = () => PALETTES[theme.name];
const cssColour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function withAlpha(colour, alpha) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${red},${green},${blue},${alpha})`;
}

// Part of the way from one colour to another.
function mixed(from, to, part) {
  const parts = [1, 3, 5].map((at) => {
    const [first, last] = [from, to].map((colour) => parseInt(colour.slice(at, at + 2), 16));
    return Math.round(first + (last - first) * part).toString(16).padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

// What all charts share.
function baseLayout(more) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: cssColour("--text"), size: 12, family: getComputedStyle(document.body).fontFamily },
    hoverlabel: { bgcolor: cssColour("--card"), bordercolor: cssColour("--line"), font: { color: cssColour("--text") } },
    showlegend: false,
    ...more,
  };
}

function axis(more) {
  return { gridcolor: cssColour("--grid"), linecolor: cssColour("--line"), zeroline: false, ...more };
}

// The first click of two redraws, which may take a while.
const CONFIG = { displayModeBar: false, responsive: true, doubleClick: false, doubleClickDelay: 900 };
