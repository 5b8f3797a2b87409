// One button per class: click to hide or show it, double-click or Shift-click to show only that one.

import { css } from "./theme.js";
import { count } from "./timeline.js";

export class Legend {
  constructor(root, changed) {
    this.element = root.querySelector(".legend");
    this.changed = changed;
    this.muted = new Uint8Array(256);
    this.buttons = new Map();
  }

  reset() {
    this.muted.fill(0);
    this.markPressed();
  }

  // classes: [{ label, name, size }]
  show(classes, theme, palette = theme.palette) {
    const wanted = JSON.stringify(classes.map(({ label, name }) => [label, name]));
    if (wanted !== this.wanted) {
      this.wanted = wanted;
      this.buttons = new Map(classes.map(({ label, name }) => [label, this.makeButton(label, name)]));
      this.all = document.createElement("button");
      this.all.type = "button";
      this.all.className = "all";
      this.all.textContent = "Show all";
      this.all.onclick = () => {
        this.muted.fill(0);
        this.apply();
      };
      this.element.replaceChildren(...this.buttons.values(), ...(classes.length > 1 ? [this.all] : []));
    }
    for (const { label, name, size } of classes) {
      const button = this.buttons.get(label);
      button.style.setProperty("--colour", css(palette[label % palette.length]));
      button.title = `${count(size)} points`;
      button.setAttribute("aria-label", `Class ${name}, ${count(size)} points`);
    }
    this.markPressed();
  }

  makeButton(label, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.innerHTML = '<span class="swatch"></span><span class="name"></span>';
    button.querySelector(".name").textContent = name;
    button.onclick = (event) => {
      if (event.shiftKey) return this.isolate(label);
      this.muted[label] = this.muted[label] ? 0 : 1;
      this.apply();
    };
    button.ondblclick = (event) => {
      if (!event.shiftKey) this.isolate(label);
    };
    return button;
  }

  // Shows only this class, or all of them if it is already the only one.
  isolate(label) {
    const others = [...this.buttons.keys()].filter((other) => other !== label);
    const alone = !this.muted[label] && others.every((other) => this.muted[other]);
    for (const other of others) this.muted[other] = alone ? 0 : 1;
    this.muted[label] = 0;
    this.apply();
  }

  hidden() {
    return [...this.buttons.keys()].filter((label) => this.muted[label]);
  }

  hiddenNames() {
    return this.hidden().map((label) => this.buttons.get(label).textContent);
  }

  apply() {
    this.markPressed();
    this.changed();
  }

  markPressed() {
    for (const [label, button] of this.buttons) button.setAttribute("aria-pressed", String(!this.muted[label]));
    if (this.all) this.all.classList.toggle("idle", this.hiddenNames().length === 0);
    if (this.all) this.all.disabled = this.hiddenNames().length === 0;
  }
}
