// Small helpers: elements, colours, marks of the legend.

/** Make an element; texts are texts, never markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Red, green and blue of a colour as CSS has it. */
export function rgbOf(colour) {
  const hex = colour.trim().match(/^#([0-9a-f]{6})$/i);
  if (hex) return [0, 2, 4].map((place) => parseInt(hex[1].slice(place, place + 2), 16));
  const numbers = colour.match(/[\d.]+/g);
  return numbers?.length >= 3 ? numbers.slice(0, 3).map((one) => Math.round(Number(one))) : [128, 128, 128];
}

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  circle: "M8 2.5a5.5 5.5 0 1 0 .01 0z",
  square: "M3.2 3.2h9.6v9.6H3.2z",
  diamond: "M8 1.5 14.5 8 8 14.5 1.5 8z",
  "triangle-up": "M8 2 14 12.5H2z",
  x: "M4.6 2.4 8 5.8l3.4-3.4 2.2 2.2L10.2 8l3.4 3.4-2.2 2.2L8 10.2l-3.4 3.4-2.2-2.2L5.8 8 2.4 4.6z",
};

/** The mark of a class as a small picture. */
export function markOf(colour, symbol) {
  const name = symbol.replace("-open", ""), isHollow = name !== symbol;
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name] ?? PATHS.circle);
  path.setAttribute("fill", isHollow ? "none" : colour);
  path.setAttribute("stroke", colour);
  path.setAttribute("stroke-width", isHollow ? "2.2" : "0");
  svg.append(path);
  return svg;
}

const VIRIDIS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

/** 256 colours from low to high. */
export const scale = Array.from({ length: 256 }, (_, step) => {
  const place = (step / 255) * (VIRIDIS.length - 1), low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return VIRIDIS[low].map((from, band) => Math.round(from + (VIRIDIS[low + 1][band] - from) * (place - low)));
});
