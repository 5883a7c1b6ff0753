"use strict";
// Draws each figure in the page's own colours, again when the reader's scheme changes, and for paper.
const PRINT_WIDTH = 660;
const MAX_ROWS_ON_PAPER = 40; // longer folded tables stay folded
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function colours(isPaper) {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return isPaper
    ? { ink: "#000000", soft: "#444444", rule: "#cccccc" }
    : { ink: read("--ink"), soft: read("--soft"), rule: read("--rule") };
}

// On a dark page the ramps of colours are turned round: what is best stands out, and never what is worst.
function inInk(value, ink, turned) {
  if (value === SHARED.ink) return ink;
  if (typeof value === "string") return Object.hasOwn(turned, value) ? turned[value] : value;
  if (Array.isArray(value)) return value.map((item) => inInk(item, ink, turned));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inInk(item, ink, turned)]));
}

function dressed(figure, isPaper) {
  const { ink, soft, rule } = colours(isPaper);
  const { data, layout } = inInk(figure, ink, dark.matches && !isPaper ? SHARED.dark : {});
  const axis = { gridcolor: rule, linecolor: rule, tickcolor: rule, zerolinecolor: rule, automargin: true };
  const axes = { xaxis: {}, yaxis: {} };
  for (const name of Object.keys(layout)) if (/^[xy]axis\d*$/.test(name)) axes[name] = layout[name];
  for (const name of Object.keys(axes)) axes[name] = { ...axis, ...axes[name] };
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12, ...layout.font, color: ink };
  const clear = "rgba(0,0,0,0)";
  const modebar = { ...layout.modebar, bgcolor: clear, color: soft, activecolor: ink };
  const plain = { paper_bgcolor: clear, plot_bgcolor: clear, modebar };
  const size = isPaper ? { width: Math.min(PRINT_WIDTH, layout.width ?? PRINT_WIDTH) } : { autosize: true };
  return { data, layout: { ...layout, ...axes, ...plain, ...size, font } };
}

// What is saved is in black on white, whatever the colours of the page are.
async function save(place) {
  const { figure } = charts.find((chart) => chart.place === place);
  const { data, layout } = dressed(figure, true);
  const { width, height } = place.getBoundingClientRect();
  const size = { width, height: layout.height ?? height };
  const drawn = { data, layout: { ...layout, ...size, paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff" } };
  const link = document.createElement("a");
  link.href = await Plotly.toImage(drawn, { format: "svg", ...size });
  link.download = "figure.svg";
  link.click();
}

const SAVE = { name: "save", title: "Save as SVG, black on white", icon: Plotly.Icons.camera, click: save };
const BUTTONS = { modeBarButtons: [[SAVE, "resetScale2d"]], modeBarButtonsToRemove: [] };

const charts = [...document.querySelectorAll(".chart")].map((place) => ({
  place,
  figure: JSON.parse(place.nextElementSibling.textContent),
}));

function drawAll(isPaper) {
  for (const { place, figure } of charts) {
    const { data, layout } = dressed(figure, isPaper);
    if (isPaper && place.closest(".grid")) layout.width = PRINT_WIDTH / 2 - 12;
    Plotly.react(place, data, layout, { ...SHARED.config, ...BUTTONS, staticPlot: isPaper });
  }
}

const folded = [...document.querySelectorAll("details")];
let opened = [];
drawAll(false);
dark.addEventListener("change", () => drawAll(false));
window.addEventListener("beforeprint", () => {
  opened = folded.filter((one) => !one.open && one.querySelectorAll("tr").length <= MAX_ROWS_ON_PAPER);
  for (const one of opened) one.open = true;
  drawAll(true);
});
window.addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
  drawAll(false);
});
