// Parts of maps that have arrived (points, classes, shapes, pictures), by their ids. A part is decoded once
// and shared by all panels; it goes when the page no longer holds it.

const parts = new Map();
const watchers = new Set();

/** Keep a part for as long as an element of the page holds it. */
export function hold(id, make) {
  const known = parts.get(id);
  if (known) {
    known.holders += 1;
  } else {
    parts.set(id, { value: make(), holders: 1 });
    watchers.forEach((watcher) => watcher(id));
  }
}

/** Put another value in the place of a part; holds on it stay as they are. */
export function replace(id, value) {
  const known = parts.get(id);
  if (known) known.value = value;
  watchers.forEach((watcher) => watcher(id));
}

/** Give up one hold on a part. */
export function release(id) {
  const known = parts.get(id);
  if (known && --known.holders <= 0) parts.delete(id);
}

/** The part of an id, or undefined while it has not arrived. */
export const part = (id) => parts.get(id)?.value;

/** Call a function for every part that arrives; returns what ends that. */
export function watch(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

const KINDS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array };

/** Read an array that Python wrote in base64, little-endian. */
export function unpack(text, kind) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return new KINDS[kind](bytes.buffer);
}

const STEPS = 65535;

/** Decode a part as it comes from Python (reports/figures/maps/wire.py). */
export function decode(data) {
  if (data.kind === "points") {
    const places = Float32Array.from(unpack(data.places, "u2"), (step) => step / STEPS);
    return { rows: unpack(data.rows, "u4"), places };
  }
  if (data.kind === "classes") {
    return data.shares === undefined
      ? { ...data, codes: unpack(data.codes, "u2") }
      : { ...data, shares: unpack(data.shares, "u1") };
  }
  if (data.kind === "pictures") {
    const sheet = new Image();
    sheet.src = data.sheet;
    const rows = unpack(data.rows, "u4");
    return { ...data, sheet, place: new Map(Array.from(rows, (row, place) => [row, place])) };
  }
  return data;
}
