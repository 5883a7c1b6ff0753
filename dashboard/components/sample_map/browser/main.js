// What Streamlit calls for every element of the map: one draws, the others bring what it is drawn from.

import { MapView } from "./map.js";
import { decode, hold, release, replace } from "./store.js";

const views = new WeakMap();
const held = new WeakMap();

export default function draw(component) {
  const { data, parentElement } = component;
  if (!data) return undefined;
  if (data.kind !== "map") return bring(component);
  if (!views.has(parentElement)) views.set(parentElement, new MapView(parentElement));
  const view = views.get(parentElement);
  view.update(component);
  return () => {
    view.end();
    views.delete(parentElement);
  };
}

/** Keep parts; the element that says what a sample is also takes the question which. */
function bring({ data, parentElement, setStateValue }) {
  const former = held.get(parentElement) ?? [];
  const parts = data.kind === "parts" ? data.parts : [data];
  const ids = parts.map((one) => one.id);
  for (const one of parts) {
    hold(one.id, () => decode(one));
    if (one.kind === "described") replace(one.id, { ...one, ask: (row) => setStateValue("row", row) });
  }
  former.forEach(release);
  held.set(parentElement, ids);
  return () => {
    (held.get(parentElement) ?? []).forEach(release);
    held.delete(parentElement);
  };
}
