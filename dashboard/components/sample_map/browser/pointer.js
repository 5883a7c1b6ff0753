// The hand: it hovers, selects with a lasso or a box, moves the map, and zooms with two fingers or the wheel.

const MIN_DRAG = 3;

/** Whether a place lies within a polygon (even-odd rule). */
export function isWithin(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i], [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

const asBox = ([x, y], [toX, toY]) => [[x, y], [toX, y], [toX, toY], [x, toY]];

/** Listen to the hand over a panel. */
export function followHand(panel, plot, view, signal) {
  const fingers = new Map();
  let drag = null;

  const at = (event) => {
    const box = plot.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const on = (name, act, options = {}) => plot.addEventListener(name, act, { signal, ...options });

  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, at(event));
    plot.setPointerCapture(event.pointerId);
    drag = fingers.size === 1 ? { start: at(event), last: at(event), tool: view.tool, path: [at(event)] } : null;
    panel.drawn = null;
    view.hover(panel, -1);
  });

  on("pointermove", (event) => {
    const place = at(event);
    if (fingers.size === 2 && fingers.has(event.pointerId)) {
      pinch(fingers, event.pointerId, place);
    } else if (drag && fingers.has(event.pointerId)) {
      continueDrag(place);
    } else if (event.pointerType !== "touch" && !panel.isMoving) {
      view.hover(panel, panel.sampleAt(...place), place);
    }
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, place);
  });

  function continueDrag(place) {
    if (drag.tool === "move") {
      panel.moveBy(place[0] - drag.last[0], place[1] - drag.last[1]);
    } else {
      drag.path.push(place);
      panel.drawn = drag.tool === "box" ? asBox(drag.start, place) : drag.path;
      panel.dirty = true;
    }
    drag.last = place;
    view.wake();
  }

  function pinch(all, id, place) {
    const other = [...all.entries()].find(([one]) => one !== id)[1], before = all.get(id);
    const gap = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]);
    panel.zoomAt(gap(place) / Math.max(1, gap(before)), (place[0] + other[0]) / 2, (place[1] + other[1]) / 2);
    panel.moveBy((place[0] - before[0]) / 2, (place[1] - before[1]) / 2);
    view.wake();
  }

  const finish = (event) => {
    fingers.delete(event.pointerId);
    const done = drag;
    drag = null;
    if (!done || event.type === "pointercancel") {
      panel.drawn = null;
    } else if (Math.hypot(done.last[0] - done.start[0], done.last[1] - done.start[1]) < MIN_DRAG && done.path.length < 4) {
      const slot = panel.sampleAt(...done.start);
      if (event.pointerType === "touch") view.hover(panel, slot, done.start);
      else if (slot >= 0) view.select([panel.rows[slot]], { add: event.shiftKey });
    } else if (done.tool !== "move") {
      const polygon = panel.drawn.map((place) => panel.toPlane(...place));
      panel.drawn = null;
      view.select(panel.within((x, y) => isWithin(polygon, x, y)), { add: event.shiftKey });
    }
    panel.dirty = true;
    view.wake();
  };
  on("pointerup", finish);
  on("pointercancel", finish);
  on("pointerleave", () => view.hover(panel, -1));
  on("dblclick", (event) => {
    panel.zoomAt(2, ...at(event));
    view.wake();
  });
  // The wheel alone scrolls the page.
  on("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    panel.zoomAt(2 ** (-event.deltaY / 200), ...at(event));
    view.wake();
  }, { passive: false });
}

const STEP = 40;
const KEYS = {
  ArrowLeft: (panel) => panel.moveBy(STEP, 0),
  ArrowRight: (panel) => panel.moveBy(-STEP, 0),
  ArrowUp: (panel) => panel.moveBy(0, STEP),
  ArrowDown: (panel) => panel.moveBy(0, -STEP),
  "+": (panel) => panel.zoomAt(1.4),
  "=": (panel) => panel.zoomAt(1.4),
  "-": (panel) => panel.zoomAt(1 / 1.4),
  0: (panel) => panel.setWindow(0, 0, 1),
};

/** Listen to the keyboard while a panel has the focus. */
export function followKeys(panel, plot, view, signal) {
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") view.select([], {});
    else if (KEYS[event.key]) KEYS[event.key](panel);
    else return;
    event.preventDefault();
    view.wake();
  }, { signal });
}
