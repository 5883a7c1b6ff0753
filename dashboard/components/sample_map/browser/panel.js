// One model's samples: where they are, how they move to where they will be, and how they are painted.

import { drawOverlay } from "./overlay.js";
import { Raster, stampOf } from "./raster.js";
import { part } from "./store.js";

const MARGIN = 14;
const MOVE_MS = 1000;
export const COARSE = 5000; // visible points above which symbols become squares
const SQUARE_RADIUS = 1.5;
const DIM = 0, FAINT = 1, NORMAL = 2, CHOSEN = 3;
const NEAR_PIXELS = 9;
export const WHOLE = Object.freeze({ x: 0, y: 0, zoom: 1 });

const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2);
const stillness = window.matchMedia("(prefers-reduced-motion: reduce)");

export class Panel {
  constructor(view, canvas, overlay) {
    Object.assign(this, { view, canvas, overlay, width: 0, height: 0, dirty: true });
    this.window = { ...WHOLE };
    this.rows = new Uint32Array(0);
    this.now = this.from = this.to = new Float32Array(0);
    this.order = this.rows;
    this.started = null;
    this.pointsId = null;
    this.hovered = -1;
  }

  /** Show other points; those of samples that are there already move to their new places. */
  setPoints(id) {
    const points = part(id);
    if (!points || id === this.pointsId) return;
    const isFirst = this.pointsId === null;
    const former = new Map(Array.from(this.rows, (row, slot) => [row, slot]));
    const from = points.places.slice();
    points.rows.forEach((row, slot) => {
      const old = former.get(row);
      if (old === undefined) return;
      from[2 * slot] = this.now[2 * old];
      from[2 * slot + 1] = this.now[2 * old + 1];
    });
    Object.assign(this, { pointsId: id, rows: points.rows, from, to: points.places });
    this.now = from.slice();
    // No class lies above all others: samples are painted in an order that only looks random.
    this.order = Uint32Array.from(points.rows.keys()).sort(
      (a, b) => (Math.imul(a, 2654435761) >>> 0) - (Math.imul(b, 2654435761) >>> 0),
    );
    this.started = isFirst || stillness.matches ? -Infinity : performance.now();
    this.window = { ...WHOLE };
    this.restate();
  }

  get isMoving() {
    return this.started !== null;
  }

  /** Work out again which samples stand out. */
  restate() {
    const { classes, flags, shown, nChosen } = this.view;
    this.states = new Uint8Array(this.rows.length);
    this.rows.forEach((row, slot) => {
      const isShown = !shown || !classes?.codes || shown.has(classes.codes[row]);
      this.states[slot] = !isShown ? FAINT : nChosen && flags[row] ? CHOSEN : nChosen ? DIM : NORMAL;
    });
    this.dirty = true;
  }

  resize(width, height) {
    const ratio = Math.min(2, this.rows.length > COARSE ? 1 : window.devicePixelRatio || 1);
    if (width === this.width && height === this.height && ratio === this.ratio) return;
    Object.assign(this, { width, height, ratio, dirty: true });
    for (const canvas of [this.canvas, this.overlay]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.raster = width && height ? new Raster(this.canvas.width, this.canvas.height) : null;
    this.context = this.canvas.getContext("2d", { alpha: false });
  }

  /** From the plane, in which all points lie in [0, 1], to pixels of the page. */
  toScreen(x, y) {
    const { x: left, y: bottom, zoom } = this.window;
    return [
      MARGIN + (x - left) * zoom * (this.width - 2 * MARGIN),
      this.height - MARGIN - (y - bottom) * zoom * (this.height - 2 * MARGIN),
    ];
  }

  toPlane(across, down) {
    const { x, y, zoom } = this.window;
    return [
      x + (across - MARGIN) / (zoom * (this.width - 2 * MARGIN)),
      y + (this.height - MARGIN - down) / (zoom * (this.height - 2 * MARGIN)),
    ];
  }

  zoomAt(factor, across = this.width / 2, down = this.height / 2) {
    const [x, y] = this.toPlane(across, down);
    const zoom = Math.min(60, Math.max(1, this.window.zoom * factor));
    const share = this.window.zoom / zoom;
    this.setWindow(x - (x - this.window.x) * share, y - (y - this.window.y) * share, zoom);
  }

  moveBy(across, down) {
    const { x, y, zoom } = this.window;
    const right = across / (zoom * (this.width - 2 * MARGIN));
    const up = down / (zoom * (this.height - 2 * MARGIN));
    this.setWindow(x - right, y + up, zoom);
  }

  /** Look at a part of the plane; a window half outside of it is pushed back. */
  setWindow(x, y, zoom) {
    const most = 1 - 0.5 / zoom, least = -0.5 / zoom;
    const within = (value) => (zoom === 1 ? 0 : Math.min(most, Math.max(least, value)));
    this.window = { x: within(x), y: within(y), zoom };
    this.dirty = true;
  }

  /** Paint if anything has changed; true while points move. */
  frame(time) {
    if (this.started !== null) this.step(time);
    if (!this.dirty || !this.raster) return this.isMoving;
    this.dirty = false;
    this.paint();
    drawOverlay(this);
    return this.isMoving;
  }

  step(time) {
    const share = Math.min(1, (time - this.started) / MOVE_MS);
    const eased = ease(Math.max(0, share));
    this.progress = eased;
    for (let i = 0; i < this.now.length; i++) this.now[i] = this.from[i] + (this.to[i] - this.from[i]) * eased;
    if (share >= 1) {
      this.now = this.to;
      this.started = null;
    }
    this.dirty = true;
  }

  paint() {
    const { ground, ink, faint } = this.view.theme;
    this.raster.clear(ground);
    const nSeen = this.locate();
    const isCoarse = nSeen > COARSE;
    const radius = this.radius(nSeen);
    const square = stampOf("square", SQUARE_RADIUS * this.ratio);
    const ring = stampOf("circle", (radius + 2) * this.ratio);
    for (const wanted of [FAINT, DIM, NORMAL, CHOSEN]) {
      for (const slot of this.order) {
        if (this.states[slot] !== wanted) continue;
        const x = this.screen[2 * slot], y = this.screen[2 * slot + 1];
        const [colour, symbol] = this.view.lookOf(this.rows[slot]);
        if (wanted === CHOSEN) this.raster.paint(ring, x, y, ink, 1);
        const stamp = wanted === FAINT || isCoarse ? square : stampOf(symbol, radius * this.ratio);
        if (wanted === FAINT) this.raster.paint(stamp, x, y, faint, 0.3);
        else this.raster.paint(stamp, x, y, colour, wanted === DIM ? 0.3 : 0.88);
      }
    }
    this.raster.show(this.context);
  }

  /** Work out the pixels of all points; return how many of them are in the picture. */
  locate() {
    const { x: left, y: bottom, zoom } = this.window, { ratio, now } = this;
    const across = zoom * (this.width - 2 * MARGIN) * ratio, up = zoom * (this.height - 2 * MARGIN) * ratio;
    const zeroX = MARGIN * ratio - left * across, zeroY = (this.height - MARGIN) * ratio + bottom * up;
    const { width, height } = this.canvas;
    if (this.screen?.length !== now.length) this.screen = new Float32Array(now.length);
    let nSeen = 0;
    for (let i = 0; i < now.length; i += 2) {
      const x = (this.screen[i] = zeroX + now[i] * across);
      const y = (this.screen[i + 1] = zeroY - now[i + 1] * up);
      if (x >= 0 && x <= width && y >= 0 && y <= height) nSeen += 1;
    }
    return nSeen;
  }

  radius(nSeen) {
    const base = nSeen > COARSE ? 2 : nSeen > 2000 ? 3 : nSeen > 500 ? 3.5 : 4.5;
    return Math.round(2 * Math.min(7, base * this.window.zoom ** 0.15)) / 2;
  }

  /** The sample nearest to a place of the screen, if one is near. */
  sampleAt(across, down) {
    let best = (NEAR_PIXELS * this.ratio) ** 2, found = -1;
    for (let slot = 0; slot < this.rows.length; slot++) {
      if (this.states[slot] === FAINT) continue;
      const right = this.screen[2 * slot] - across * this.ratio;
      const below = this.screen[2 * slot + 1] - down * this.ratio;
      const far = right * right + below * below;
      if (far < best) {
        best = far;
        found = slot;
      }
    }
    return found;
  }

  /** Rows of the samples that stand out and lie within, of a test of places of the plane. */
  within(test) {
    const found = [];
    this.rows.forEach((row, slot) => {
      if (this.states[slot] !== FAINT && test(this.now[2 * slot], this.now[2 * slot + 1])) found.push(row);
    });
    return found;
  }
}
