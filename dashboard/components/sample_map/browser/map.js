// The map: one panel for each model, or one in which the same samples move; tools, legend, selection.

import { make, markOf, rgbOf, scale } from "./dom.js";
import { Panel } from "./panel.js";
import { followHand, followKeys } from "./pointer.js";
import { decode, encode } from "./selection.js";
import { part, watch } from "./store.js";
import { Tip } from "./tip.js";

const TOOLS = [["lasso", "Lasso"], ["box", "Box"], ["move", "Move"]];
const ZOOMS = [["in", "Zoom in", 1.5], ["out", "Zoom out", 1 / 1.5]];
const MOST_IN_LEGEND = 40;
const isTouch = window.matchMedia("(pointer: coarse)");

export class MapView {
  constructor(root) {
    this.root = make("div", { class: "map" });
    this.panels = new Map();
    this.tool = isTouch.matches ? "move" : "lasso";
    this.flags = new Uint8Array(0);
    this.nChosen = 0;
    this.hoveredRow = -1;
    this.painted = 0;
    this.ended = new AbortController();
    this.tools = this.makeTools();
    this.grid = make("div", { class: "panels" });
    this.legend = make("ul", { class: "legend" });
    this.status = make("div", { class: "status", role: "status" });
    this.tip = new Tip(this);
    this.root.append(this.tools, this.grid, this.legend, this.status, this.tip.box);
    root.append(this.root);
    this.stopWatching = watch((id) => this.settings && id !== this.settings.described && this.refresh());
    this.sizes = new ResizeObserver(() => this.fit());
  }

  end() {
    this.ended.abort();
    this.sizes.disconnect();
    this.stopWatching();
    this.tip.stop();
    cancelAnimationFrame(this.frame);
    this.root.remove();
  }

  makeTools() {
    const buttons = TOOLS.map(([tool, title]) =>
      make("button", { type: "button", "data-tool": tool, onclick: () => this.useTool(tool) }, title));
    const zooms = ZOOMS.map(([name, title, factor]) =>
      make("button", { type: "button", "data-zoom": name, onclick: () => this.all((one) => one.zoomAt(factor)) }, title));
    const whole = make("button", { type: "button", "data-zoom": "whole",
      onclick: () => this.all((one) => one.setWindow(0, 0, 1)) }, "Whole map");
    this.clear = make("button", { type: "button", "data-clear": "", onclick: () => this.select([], {}) }, "Clear selection");
    return make("div", { class: "tools", role: "group", "aria-label": "Tools of the map" },
      ...buttons, ...zooms, whole, this.clear);
  }

  useTool(tool) {
    this.tool = tool;
    for (const button of this.tools.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
    this.root.dataset.tool = tool;
  }

  all(act) {
    this.panels.forEach(({ panel }) => act(panel));
    this.wake();
  }

  /** Take over settings; points and pictures come as parts of their own. */
  update({ data, setStateValue, setTriggerValue }) {
    Object.assign(this, { settings: data, send: setStateValue, call: setTriggerValue });
    this.readTheme();
    this.shown = data.shown ? new Set(data.shown) : null;
    this.useTool(this.tool);
    this.layPanels(data.panels);
    this.refresh();
    if (data.selected !== this.lastSelected) {
      this.lastSelected = data.selected;
      this.adopt(data.selected);
    }
  }

  readTheme() {
    const style = getComputedStyle(this.root), of = (name) => style.getPropertyValue(`--st-${name}`);
    const ground = rgbOf(of("background-color")), ink = rgbOf(of("text-color"));
    this.theme = { ground, ink, accent: rgbOf(of("primary-color")), faint: rgbOf("#8a8a8a"), font: of("font") || "sans-serif" };
  }

  /** Take over what has arrived since. */
  refresh() {
    const classes = part(this.settings.classes);
    if (classes && classes !== this.classes) {
      this.classes = classes;
      this.colours = (classes.colours ?? []).map(rgbOf);
      if (this.flags.length !== classes.count) {
        this.flags = new Uint8Array(classes.count);
        this.adopt(this.settings.selected);
      }
    }
    if (classes) this.drawLegend();
    for (const { name, points, shapes } of this.settings.panels) {
      const { panel } = this.panels.get(name);
      panel.shapesId = shapes;
      if (classes) panel.setPoints(points);
    }
    this.fit();
    this.restate();
  }

  restate() {
    this.all((panel) => panel.restate());
    this.clear.disabled = !this.nChosen;
    this.root.dataset.chosen = String(this.nChosen);
  }

  standsOut(row) {
    if (this.shown && this.classes?.codes && !this.shown.has(this.classes.codes[row])) return false;
    return !this.nChosen || Boolean(this.flags[row]);
  }

  lookOf(row) {
    const { codes, shares, symbols } = this.classes;
    return codes ? [this.colours[codes[row]], symbols[codes[row]]] : [scale[shares[row]], "circle"];
  }

  labelOf(row) {
    return this.classes?.codes ? this.classes.names[this.classes.codes[row]] : "";
  }

  /** Make a panel for each model; one of the same name stays, and its points move. */
  layPanels(wanted) {
    const names = new Set(wanted.map((one) => one.name));
    for (const [name, { figure, ended }] of this.panels) {
      if (names.has(name)) continue;
      ended.abort();
      figure.remove();
      this.panels.delete(name);
    }
    for (const one of wanted) {
      if (!this.panels.has(one.name)) this.panels.set(one.name, this.makePanel());
      const { figure, plot, title, note, across, up } = this.panels.get(one.name);
      title.textContent = one.title;
      note.textContent = one.note;
      across.textContent = one.x;
      up.textContent = one.y;
      plot.setAttribute("aria-label",
        `${one.alt}. Arrow keys move the map, plus and minus zoom, 0 shows all of it, Escape clears the selection.`);
      this.grid.append(figure);
    }
    this.grid.dataset.count = String(wanted.length);
  }

  makePanel() {
    const canvas = make("canvas", { "aria-hidden": "true" }), overlay = make("canvas", { "aria-hidden": "true" });
    const plot = make("div", { class: "plot", tabindex: "0", role: "group" }, canvas, overlay);
    const title = make("strong"), note = make("span");
    const across = make("div", { class: "across" }), up = make("div", { class: "up" });
    const figure = make("figure", {}, make("figcaption", {}, title, note), up, plot, across);
    const panel = new Panel(this, canvas, overlay), ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.ended.signal]);
    followHand(panel, plot, this, signal);
    followKeys(panel, plot, this, signal);
    this.sizes.observe(plot);
    return { panel, figure, plot, title, note, across, up, ended };
  }

  fit() {
    this.panels.forEach(({ panel, plot }) => panel.resize(plot.clientWidth, plot.clientHeight));
    this.wake();
  }

  /** Paint in the next frame, and go on for as long as anything moves. */
  wake() {
    this.frame ??= requestAnimationFrame((time) => {
      this.frame = undefined;
      let isMoving = false;
      this.panels.forEach(({ panel }) => (isMoving = panel.frame(time) || isMoving));
      this.root.dataset.moving = String(isMoving);
      this.root.dataset.painted = String((this.painted += 1));
      this.root.dataset.drawn = String([...this.panels.values()].every(({ panel }) => panel.rows.length > 0));
      if (isMoving) this.wake();
    });
  }

  hover(panel, slot, place) {
    const row = slot < 0 ? -1 : panel.rows[slot];
    if (row === this.hoveredRow) return;
    this.hoveredRow = row;
    if (row < 0) this.tip.hide();
    else this.tip.show(row, panel, place);
    this.all((one) => (one.dirty = true));
  }

  /** Choose samples under one model: they are the same under all. */
  select(rows, { add = false }) {
    if (!add) this.flags.fill(0);
    for (const row of rows) this.flags[row] = 1;
    this.count();
    const code = encode(this.flags);
    this.send("selected", code);
  }

  adopt(code) {
    if (!this.flags.length) return;
    decode(code, this.flags);
    this.count();
  }

  count() {
    this.nChosen = this.flags.reduce((sum, flag) => sum + flag, 0);
    this.status.textContent = this.nChosen ? `${this.nChosen} selected` : "Nothing selected";
    this.restate();
  }

  drawLegend() {
    const { names, colours, symbols, shares, title, ends } = this.classes;
    if (shares) {
      this.legend.className = "legend scale";
      this.legend.replaceChildren(make("li", {}, `${title}: ${ends[0]}`), make("li", { class: "ramp" }), make("li", {}, ends[1]));
      return;
    }
    this.legend.hidden = names.length > MOST_IN_LEGEND;
    const wanted = JSON.stringify([this.settings.classes, this.settings.shown]);
    if (this.legend.hidden || this.legend.dataset.of === wanted) return;
    this.legend.dataset.of = wanted;
    this.legend.setAttribute("aria-label", "Classes: press one to see it alone");
    this.legend.replaceChildren(...names.map((name, code) => {
      const button = make("button", { type: "button", "aria-pressed": String(Boolean(this.shown?.has(code))),
        "data-code": String(code), onclick: () => this.call("isolated", code) }, markOf(colours[code], symbols[code]), name);
      button.classList.toggle("away", Boolean(this.shown && !this.shown.has(code)));
      return make("li", {}, button);
    }));
  }
}
