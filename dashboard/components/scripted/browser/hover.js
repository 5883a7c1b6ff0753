// The model under the pointer stands out in every figure of the page: its row is coloured, or all others fade.
// style.css says how that looks. What a mark belongs to is the first of its own data, as for a click.

const FIGURE = ".js-plotly-plot";
const SVG = "http://www.w3.org/2000/svg";
const followed = new WeakSet();

/** The model of a mark: the first text of its own data, however deep. */
function modelOf(own) {
  let first = own;
  while (Array.isArray(first)) first = first[0];
  return typeof first === "string" ? first : null;
}

const modelsOf = (trace) => Array.from(trace?.customdata ?? [], modelOf);

/** Colour the row of a model, in a figure whose rows are models. */
function colourRow(figure, model) {
  const { _fullData: traces, _fullLayout: layout } = figure;
  const trace = traces.find((one) => one.type === "scatter" && modelsOf(one).includes(model));
  const below = figure.querySelector(".layer-below .shapelayer");
  if (!trace || !below) return;
  const axis = layout.yaxis, y = Number(trace.y[modelsOf(trace).indexOf(model)]);
  const ends = [y - 0.5, y + 0.5].map((end) => axis._offset + axis.c2p(end)).sort((a, b) => a - b);
  const row = document.createElementNS(SVG, "rect");
  const box = { x: layout._size.l, y: ends[0], width: layout._size.w, height: ends[1] - ends[0] };
  for (const [name, value] of Object.entries(box)) row.setAttribute(name, value);
  row.classList.add("hovered-row");
  below.append(row);
}

/** Let the marks of all other models fade. */
function fadeOthers(figure, model) {
  if (!figure._fullData.some((trace) => modelsOf(trace).includes(model))) return;
  for (const group of figure.querySelectorAll(".scatterlayer .trace")) {
    const models = modelsOf(group.__data__?.[0]?.trace);
    const known = new Set(models.filter((one) => one !== null));
    if (known.size === 1) {
      group.classList.add(known.has(model) ? "hovered-line" : "hovered-away");
    } else {
      for (const mark of group.querySelectorAll(".point, .textpoint")) {
        if (known.size && models[mark.__data__?.i] !== model) mark.classList.add("hovered-away");
      }
    }
  }
}

function forget() {
  document.querySelectorAll(".hovered-row").forEach((row) => row.remove());
  for (const name of ["hovered-line", "hovered-away"]) {
    document.querySelectorAll(`.${name}`).forEach((mark) => mark.classList.remove(name));
  }
}

function show({ points }) {
  forget();
  const model = modelOf(points?.[0]?.customdata);
  if (model === null) return;
  for (const figure of document.querySelectorAll(FIGURE)) {
    if (!figure._fullLayout) continue;
    (figure._fullLayout.meta?.rows_are_models ? colourRow : fadeOthers)(figure, model);
  }
}

/** Listen to a figure once the pointer is over it: a figure that was made anew has forgotten who listened. */
function follow({ target }) {
  const figure = target.closest?.(FIGURE);
  if (!figure?.on) return;
  if (!followed.has(figure)) {
    followed.add(figure);
    figure.addEventListener("pointerleave", forget);
  }
  figure.removeListener("plotly_hover", show);
  figure.removeListener("plotly_unhover", forget);
  figure.on("plotly_hover", show);
  figure.on("plotly_unhover", forget);
}

export default function hover() {
  document.addEventListener("pointerover", follow);
  return () => {
    document.removeEventListener("pointerover", follow);
    forget();
  };
}
