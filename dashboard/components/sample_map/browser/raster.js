// Points are painted into an array of pixels: the same everywhere, and twenty thousand of them in a few
// milliseconds without a graphics card.

const SAMPLES = 4; // along each side of a pixel, to smooth edges
const REACH = 1.2; // a symbol stays within so many radii of its centre

const INSIDE = {
  circle: (x, y) => x * x + y * y <= 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.88,
  diamond: (x, y) => Math.abs(x) + Math.abs(y) <= 1.18,
  "triangle-up": (x, y) => y <= 0.8 && y >= -1.1 + 1.75 * Math.abs(x),
  x: (x, y) => onCross(x, y, 0.36),
};
const INNER = 0.55; // of a hollow symbol

function onCross(x, y, half) {
  const u = Math.abs(x + y) * Math.SQRT1_2;
  const v = Math.abs(x - y) * Math.SQRT1_2;
  return (u <= half && v <= 1.1) || (v <= half && u <= 1.1);
}

function insideOf(symbol) {
  const name = symbol.replace("-open", "");
  const inside = INSIDE[name] ?? INSIDE.circle;
  if (name === symbol) return inside;
  if (name === "x") return (x, y) => onCross(x, y, 0.16);
  return (x, y) => inside(x, y) && !inside(x / INNER, y / INNER);
}

const stamps = new Map();

/** The pixels of a symbol of a radius: how far each is from the centre, and how much of it is covered. */
export function stampOf(symbol, radius) {
  const key = `${symbol} ${radius}`;
  if (!stamps.has(key)) stamps.set(key, makeStamp(insideOf(symbol), radius));
  return stamps.get(key);
}

function makeStamp(inside, radius) {
  const reach = Math.ceil(radius * REACH);
  const dx = [], dy = [], cover = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      let hits = 0;
      for (let i = 0; i < SAMPLES; i++) {
        for (let j = 0; j < SAMPLES; j++) {
          const right = x + (i + 0.5) / SAMPLES - 0.5, down = y + (j + 0.5) / SAMPLES - 0.5;
          if (inside(right / radius, down / radius)) hits += 1;
        }
      }
      if (hits) {
        dx.push(x);
        dy.push(y);
        cover.push(hits / (SAMPLES * SAMPLES));
      }
    }
  }
  return { dx, dy, cover: Float32Array.from(cover), reach };
}

export const PAD = 32; // around the picture, so that symbols at its edge need no test

/** An array of pixels that points are painted into. */
export class Raster {
  constructor(width, height) {
    this.width = width + 2 * PAD;
    this.height = height + 2 * PAD;
    this.image = new ImageData(this.width, this.height);
    this.words = new Uint32Array(this.image.data.buffer);
    this.offsets = new Map();
  }

  /** Make all pixels one colour. */
  clear([red, green, blue]) {
    this.words.fill((255 << 24) | (blue << 16) | (green << 8) | red);
  }

  offsetsOf(stamp) {
    let found = this.offsets.get(stamp);
    if (!found) {
      found = Int32Array.from(stamp.dx, (right, i) => 4 * (stamp.dy[i] * this.width + right));
      this.offsets.set(stamp, found);
    }
    return found;
  }

  /** Paint a symbol at whole pixels; what lies outside is left out. */
  paint(stamp, x, y, [red, green, blue], opacity) {
    const left = (x + PAD + 0.5) | 0, top = (y + PAD + 0.5) | 0, reach = stamp.reach;
    if (left < reach || top < reach || left >= this.width - reach || top >= this.height - reach) return;
    const offsets = this.offsetsOf(stamp), cover = stamp.cover, pixels = this.image.data;
    const start = 4 * (top * this.width + left);
    for (let i = 0; i < offsets.length; i++) {
      const at = start + offsets[i], share = cover[i] * opacity;
      pixels[at] += (red - pixels[at]) * share;
      pixels[at + 1] += (green - pixels[at + 1]) * share;
      pixels[at + 2] += (blue - pixels[at + 2]) * share;
    }
  }

  /** Put the picture on a canvas of its size. */
  show(context) {
    context.putImageData(this.image, -PAD, -PAD);
  }
}
