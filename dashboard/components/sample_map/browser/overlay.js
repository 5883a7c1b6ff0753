// What lies over the points: pictures of samples, contour lines, names of classes, and what the hand draws.

import { part } from "./store.js";

const NAME_PIXELS = 13;
const MAX_NAME = 26;
const TILE_PIXELS = 40;

/** Draw everything over a panel's points. */
export function drawOverlay(panel) {
  const context = panel.overlay.getContext("2d");
  context.setTransform(panel.ratio, 0, 0, panel.ratio, 0, 0);
  context.clearRect(0, 0, panel.width, panel.height);
  const shapes = part(panel.shapesId);
  drawPictures(context, panel);
  if (shapes && !panel.isMoving) drawLines(context, panel, shapes);
  drawHovered(context, panel);
  if (shapes && panel.view.settings.names) drawNames(context, panel, shapes);
  drawDrawn(context, panel);
}

const css = ([red, green, blue]) => `rgb(${red}, ${green}, ${blue})`;

function isShown(view, code) {
  return code < 0 || !view.shown || view.shown.has(code);
}

function drawLines(context, panel, shapes) {
  const { view } = panel;
  for (const line of shapes.lines) {
    if (!isShown(view, line.code)) continue;
    context.strokeStyle = line.code < 0 ? css(view.theme.ink) : css(view.colours[line.code]);
    context.globalAlpha = 0.9;
    context.lineWidth = line.share <= 0.5 ? 2 : 1.2;
    context.setLineDash(line.share <= 0.5 ? [] : [5, 4]);
    context.beginPath();
    for (let i = 0; i < line.places.length; i += 2) {
      context.lineTo(...panel.toScreen(line.places[i], line.places[i + 1]));
    }
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Draw pictures in the place of points, none over another. */
function drawPictures(context, panel) {
  const { view } = panel;
  const pictures = part(view.settings.pictures);
  if (!pictures) return;
  if (!pictures.sheet.complete) {
    pictures.sheet.addEventListener("load", () => view.refresh(), { once: true });
    return;
  }
  const side = Math.min(TILE_PIXELS, pictures.side), half = side / 2;
  const taken = new Set();
  for (const slot of panel.order) {
    const row = panel.rows[slot], place = pictures.place.get(row);
    if (place === undefined || !view.standsOut(row)) continue;
    const x = panel.screen[2 * slot] / panel.ratio, y = panel.screen[2 * slot + 1] / panel.ratio;
    if (x < -half || y < -half || x > panel.width + half || y > panel.height + half) continue;
    const cell = `${Math.floor(x / side)} ${Math.floor(y / side)}`;
    if (taken.has(cell)) continue;
    taken.add(cell);
    const column = place % pictures.columns, line = Math.floor(place / pictures.columns), from = pictures.side;
    context.fillStyle = css(view.lookOf(row)[0]);
    context.fillRect(x - half, y - half, side, side);
    context.drawImage(
      pictures.sheet, column * from, line * from, from, from, x - half + 2, y - half + 2, side - 4, side - 4,
    );
  }
}

function drawHovered(context, panel) {
  const slot = panel.view.hoveredRow < 0 ? -1 : panel.rows.indexOf(panel.view.hoveredRow);
  if (slot < 0) return;
  context.strokeStyle = css(panel.view.theme.ink);
  context.lineWidth = 2;
  context.beginPath();
  context.arc(panel.screen[2 * slot] / panel.ratio, panel.screen[2 * slot + 1] / panel.ratio, 9, 0, 7);
  context.stroke();
}

const shorten = (name) =>
  name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME / 2)}…${name.slice(-MAX_NAME / 2 + 1)}`;

/** Write the names of classes where their samples are; one that would lie over another moves up or down. */
function drawNames(context, panel, shapes) {
  const { view } = panel, taken = [];
  context.font = `600 ${NAME_PIXELS}px ${view.theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const [code, x, y] of shapes.names) {
    if (!isShown(view, code)) continue;
    const text = shorten(view.classes?.names?.[code] ?? "");
    const wide = context.measureText(text).width + 8, high = NAME_PIXELS + 6;
    const former = panel.isMoving ? panel.formerNames?.get(code) : undefined;
    const [px, py] = former ? mix(former, [x, y], panel.progress ?? 1) : [x, y];
    let [across, down] = panel.toScreen(px, py);
    if (across < 0 || down < 0 || across > panel.width || down > panel.height) continue;
    across = Math.min(panel.width - wide / 2, Math.max(wide / 2, across));
    const free = [0, -1, 1, -2, 2, -3, 3].map((step) => down + step * high).find((at) =>
      at > high / 2 && at < panel.height - high / 2 && taken.every(
        (box) => Math.abs(box.x - across) >= (box.wide + wide) / 2 || Math.abs(box.y - at) >= high));
    if (free === undefined) continue;
    taken.push({ x: across, y: free, wide });
    context.fillStyle = css(view.theme.ground);
    context.globalAlpha = 0.85;
    context.beginPath();
    context.roundRect(across - wide / 2, free - high / 2, wide, high, 3);
    context.fill();
    context.globalAlpha = 1;
    context.fillStyle = css(view.theme.ink);
    context.fillText(text, across, free);
  }
  panel.nNames = taken.length;
  if (!panel.isMoving) panel.formerNames = new Map(shapes.names.map(([code, x, y]) => [code, [x, y]]));
}

const mix = ([x, y], [toX, toY], share) => [x + (toX - x) * share, y + (toY - y) * share];

/** Draw the line or box of a selection in the making. */
function drawDrawn(context, panel) {
  const drawn = panel.drawn;
  if (!drawn || drawn.length < 2) return;
  context.beginPath();
  drawn.forEach(([x, y]) => context.lineTo(x, y));
  context.closePath();
  context.fillStyle = css(panel.view.theme.accent);
  context.globalAlpha = 0.15;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = css(panel.view.theme.accent);
  context.lineWidth = 1.5;
  context.stroke();
}
