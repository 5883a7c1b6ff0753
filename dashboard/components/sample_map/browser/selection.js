// Chosen samples as a short text: the same as ptmrank_core/projection/selection.py writes and reads.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const READABLE = 80; // characters of ranges, which people can read

/** Write the samples whose flag is set; empty where none is. */
export function encode(flags) {
  const ranges = [];
  let last = -1;
  for (let row = 0; row < flags.length; row++) {
    if (!flags[row]) continue;
    last = row;
    const first = row + 1;
    while (row + 1 < flags.length && flags[row + 1]) row++;
    last = row;
    ranges.push(first === row + 1 ? `${first}` : `${first}-${row + 1}`);
  }
  if (last < 0) return "";
  const asRanges = `r${ranges.join(".")}`;
  if (asRanges.length <= READABLE) return asRanges;
  const asBits = `b${bits(flags, last)}`;
  return asBits.length < asRanges.length ? asBits : asRanges;
}

function bits(flags, last) {
  let text = "";
  const n = 8 * (Math.floor(last / 8) + 1);
  for (let row = 0; row < n; row += 6) {
    let six = 0;
    for (let bit = 0; bit < 6; bit++) six = 2 * six + (row + bit < n && flags[row + bit] ? 1 : 0);
    text += LETTERS[six];
  }
  return text;
}

/** Set the flags of the samples that a text names; it comes from Python, which has checked it. */
export function decode(text, flags) {
  flags.fill(0);
  if (text[0] === "r") {
    for (const range of text.slice(1).split(".")) {
      const [first, end = first] = range.split("-").map(Number);
      flags.fill(1, first - 1, end);
    }
  } else if (text[0] === "b") {
    for (let place = 1; place < text.length; place++) {
      const six = LETTERS.indexOf(text[place]);
      for (let bit = 0; bit < 6; bit++) {
        const row = 6 * (place - 1) + bit;
        if (row < flags.length && (six >> (5 - bit)) & 1) flags[row] = 1;
      }
    }
  }
  return flags;
}
