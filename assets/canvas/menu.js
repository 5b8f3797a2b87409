// The menu of colours and overlays.

import { make } from "../shared.js";
import { COLOURINGS } from "./colours.js";
import { OVERLAYS } from "./overlays.js";

export class Menu {
  constructor(root, changed) {
    this.button = root.querySelector(".layers");
    this.panel = root.querySelector(".menu");
    this.changed = changed; // called with "colouring", "overlays" or "scale"
    this.colouring = "digit";
    this.on = new Set();
    this.colours = ["digit"];
    this.offered = new Set();
    this.holds = false; // the scale, over runs
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

  // Offers what applies to these frames: colours need clusters, lines and cells need 2-D.
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
    groups.push(this.group("Scale", [this.choice("checkbox", "hold", "Hold it over runs")]));
    this.panel.replaceChildren(...groups);
    this.mark();
  }

  group(title, choices) {
    return make("fieldset", {}, make("legend", {}, title), ...choices);
  }

  choice(type, name, text) {
    const input = make("input", { type, value: name, name: type === "radio" ? "colouring" : name });
    input.onchange = () => {
      if (name === "hold") {
        this.holds = input.checked;
        return this.changed("scale");
      }
      if (type === "radio") this.colouring = name;
      else if (input.checked) this.on.add(name);
      else this.on.delete(name);
      this.changed(type === "radio" ? "colouring" : "overlays");
    };
    return make("label", {}, input, text);
  }

  mark() {
    for (const input of this.panel.querySelectorAll("input")) {
      if (input.value === "hold") input.checked = this.holds;
      else input.checked = input.type === "radio" ? input.value === this.colouring : this.on.has(input.value);
    }
  }
}
