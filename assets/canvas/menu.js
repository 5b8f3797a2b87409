// The menu of what is shown: colours and overlays. And the picture as a file.

class Menu {
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
    const group = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = title;
    group.append(legend, ...choices);
    return group;
  }

  choice(type, name, text) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type, value: name, name: type === "radio" ? "colouring" : name });
    input.onchange = () => {
      if (type === "radio") this.colouring = name;
      else if (input.checked) this.on.add(name);
      else this.on.delete(name);
      this.changed(type === "radio" ? "colouring" : "overlays");
    };
    label.append(input, text);
    return label;
  }

  mark() {
    for (const input of this.panel.querySelectorAll("input")) {
      input.checked = input.type === "radio" ? input.value === this.colouring : this.on.has(input.value);
    }
  }
}

// What is seen, as a PNG file.
function savePicture(canvases, theme, name) {
  const whole = document.createElement("canvas");
  whole.width = canvases[0].width;
  whole.height = canvases[0].height;
  const context = whole.getContext("2d");
  context.fillStyle = css(theme.background);
  context.fillRect(0, 0, whole.width, whole.height);
  for (const canvas of canvases) context.drawImage(canvas, 0, 0);
  whole.toBlob((file) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${name}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}
