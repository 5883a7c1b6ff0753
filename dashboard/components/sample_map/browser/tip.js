// What a sample is, beside the pointer: asked of the server once, then known.

import { make } from "./dom.js";
import { part, watch } from "./store.js";

const WAIT_MS = 90;
const MOST_KNOWN = 300;

export class Tip {
  constructor(view) {
    this.view = view;
    this.box = make("div", { class: "tip", hidden: "" });
    this.known = new Map();
    this.row = -1;
    this.stop = watch((id) => id === view.settings?.described && this.learn(part(id)));
  }

  learn(described) {
    if (!described || described.row < 0) return;
    this.known.set(described.row, described);
    if (this.known.size > MOST_KNOWN) this.known.delete(this.known.keys().next().value);
    if (described.row === this.row) this.fill();
  }

  show(row, panel, [across, down]) {
    Object.assign(this, { row });
    clearTimeout(this.timer);
    this.fill();
    this.box.hidden = false;
    const plot = panel.canvas.getBoundingClientRect(), root = this.view.root.getBoundingClientRect();
    const left = plot.left - root.left + across;
    const isRight = left > root.width / 2;
    this.box.style.left = isRight ? "auto" : `${left + 14}px`;
    this.box.style.right = isRight ? `${root.width - left + 14}px` : "auto";
    this.box.style.top = `${Math.max(0, plot.top - root.top + down - 30)}px`;
    if (!this.known.has(row)) {
      this.timer = setTimeout(() => part(this.view.settings.described)?.ask(row), WAIT_MS);
    }
  }

  hide() {
    clearTimeout(this.timer);
    this.row = -1;
    this.box.hidden = true;
  }

  fill() {
    const found = this.known.get(this.row);
    const label = found?.label ?? this.view.labelOf(this.row);
    const lines = [make("strong", {}, label)];
    if (found?.picture) lines.unshift(make("img", { src: found.picture, alt: "" }));
    if (found) lines.push(make("span", { class: "name" }, found.name));
    if (found?.words) lines.push(make("p", {}, found.words));
    if (found?.values?.length) {
      lines.push(make("dl", {}, ...found.values.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])));
    }
    this.box.replaceChildren(...lines);
    this.box.dataset.row = String(this.row);
    this.box.dataset.known = String(Boolean(found));
  }
}
