// The menu of what is shown: colours and overlays. And the picture as a file.

import { make } from "../shared.js";
import { drawGrid, drawOverlay } from "./axes.js";
import { COLOURINGS } from "./colours.js";
import { OVERLAYS } from "./overlays.js";
import { PointLayer } from "./points.js";
import { css } from "./theme.js";

export class Menu {
  constructor(root, changed) {
    this.button = root.querySelector(".layers");
    this.panel = root.querySelector(".menu");
    this.changed = changed; // called with "colouring" or "overlays"
    this.colouring = "digit";
    this.on = new Set();
    this.colours = ["digit"];
    this.offered = new Set();
    this.button.onclick = () => this.open(this.panel.hidden);
    this.panel.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.open(false);
      this.button.focus();
    };
  }

  open(open) {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.panel.querySelector("input")?.focus();
  }

  reset(options) {
    this.colouring = "digit";
    this.on = new Set(options.shown ?? ["margin"]);
  }

  // Offers what the picture has to offer: colours need clusters, lines and cells a plane.
  offer(options, frames) {
    const colours = (options.colours ?? ["digit"]).filter((name) => name === "digit" || frames.hasClusters);
    const overlays = (options.overlays ?? ["margin"]).filter(
      (name) => (name === "margin" ? Boolean(options.margin) : ["centroids", "mark"].includes(name) || frames.d === 2),
    );
    if (!colours.includes(this.colouring)) this.colouring = "digit";
    this.colours = colours;
    this.offered = new Set(overlays);
    const wanted = JSON.stringify([colours, overlays]);
    this.button.hidden = colours.length + overlays.length < 2;
    if (wanted === this.wanted) return this.mark();
    this.wanted = wanted;
    const groups = [this.group("Show", overlays.map((name) => this.choice("checkbox", name, OVERLAYS[name])))];
    if (colours.length > 1) groups.unshift(this.group("Colour by", colours.map((name) => this.choice("radio", name, COLOURINGS[name]))));
    this.panel.replaceChildren(...groups);
    this.mark();
  }

  group(title, choices) {
    return make("fieldset", {}, make("legend", {}, title), ...choices);
  }

  choice(type, name, text) {
    const input = make("input", { type, value: name, name: type === "radio" ? "colouring" : name });
    input.onchange = () => {
      if (type === "radio") this.colouring = name;
      else if (input.checked) this.on.add(name);
      else this.on.delete(name);
      this.changed(type === "radio" ? "colouring" : "overlays");
    };
    return make("label", {}, input, text);
  }

  mark() {
    for (const input of this.panel.querySelectorAll("input")) {
      input.checked = input.type === "radio" ? input.value === this.colouring : this.on.has(input.value);
    }
  }
}

const PRINT_RATIO = 4; // pixels a CSS pixel: 384 dpi at the size that the picture has on the screen
// What every browser can do: beyond 16.7 million pixels a canvas stays empty on iPads, beyond a longer side elsewhere.
const LONGEST_SIDE = 8192, MOST_PIXELS = 16e6;

// What is seen, as a PNG file: drawn anew for print, beside the screen, which stays as it is.
export function savePicture(view, name) {
  const { width, height, theme } = view;
  const ratio = Math.min(PRINT_RATIO, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  const whole = document.createElement("canvas"), layer = document.createElement("canvas");
  const points = new PointLayer(layer);
  points.resize(width, height, ratio);
  whole.width = layer.width;
  whole.height = layer.height;
  const context = whole.getContext("2d");
  context.fillStyle = css(theme.background);
  context.fillRect(0, 0, whole.width, whole.height);
  const state = Object.assign(Object.create(view), { ratio, still: true });
  for (const draw of [() => drawGrid(layer, state), () => points.draw(state), () => drawOverlay(layer, state)]) {
    draw();
    context.drawImage(layer, 0, 0);
  }
  whole.toBlob((file) => {
    const link = make("a", { href: URL.createObjectURL(file), download: `${name}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}
