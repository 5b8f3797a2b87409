// Points that are looked at, pinned and selected, and what Python hears of them.

const REACH = 9; // CSS pixels from a point at which the pointer still finds it
const TOUCH_REACH = 22;
const NEIGHBOURHOOD = 100; // points that a key selects around the pinned one

class Selecting {
  // view: the canvas; tell: called with what is to be sent to Python
  constructor(root, view, tell) {
    const find = (selector) => root.querySelector(selector);
    Object.assign(this, { view, tell });
    this.card = find(".card");
    this.picture = find(".card canvas");
    this.words = find(".card-words");
    this.ring = find(".ring");
    this.line = find(".lasso");
    this.modes = { lasso: find(".mode-lasso"), box: find(".mode-box") };
    for (const [mode, button] of Object.entries(this.modes)) button.onclick = () => this.setMode(this.mode === mode ? "move" : mode);
    this.clearButton = find(".clear-selection");
    this.clearButton.onclick = () => this.clear();
    this.images = new Images(() => this.show());
    this.mode = "move";
    this.reset();
  }

  // The lasso and the box are for pages that do something with a selection.
  get telling() {
    return Boolean(this.frames?.options.telling);
  }

  // Another run: nothing is picked.
  reset() {
    this.hovered = this.pinned = -1; // as image numbers
    this.chosen = null; // a flag for each image number
    this.count = 0;
    this.setMode("move");
    this.show();
  }

  // The same run with other points: what is picked stays with its images.
  use(frames) {
    const { options, n } = frames;
    this.images.of(options.source, options.split, n);
    this.at = new Map();
    for (const button of Object.values(this.modes)) button.hidden = !this.telling;
    if (this.pinned >= 0 && this.placeOf(this.pinned) < 0) this.pinned = -1;
    this.show();
  }

  setMode(mode) {
    this.mode = mode;
    for (const [name, button] of Object.entries(this.modes)) button.setAttribute("aria-pressed", String(name === mode));
    this.view.stage?.classList.toggle("selecting", mode !== "move");
  }

  get frames() {
    return this.view.frames;
  }

  places() {
    return (this.cache = placesOf(this.view, this.cache));
  }

  // Where an image is in draw order; -1 where it is not in the picture.
  placeOf(image) {
    if (!this.at.has(image)) this.at.set(image, this.frames.images.indexOf(image));
    return this.at.get(image);
  }

  hover(x, y, touch) {
    if (!this.frames?.options.selectable || !this.frames.n) return;
    const k = pick(this.places(), x, y, touch ? TOUCH_REACH : REACH);
    const image = k < 0 ? -1 : this.frames.images[k];
    if (image === this.hovered) return;
    this.hovered = image;
    this.show();
  }

  leave() {
    this.hovered = -1;
    this.show();
  }

  // A click or a tap.
  press(x, y, touch) {
    if (!this.frames?.options.selectable || !this.frames.n) return;
    const k = pick(this.places(), x, y, touch ? TOUCH_REACH : REACH);
    this.pin(k < 0 ? -1 : this.frames.images[k]);
  }

  pin(image) {
    if (image === this.pinned) return;
    this.pinned = image;
    this.show();
    this.send();
  }

  // The next (or former) point by its distance from the middle of the picture.
  step(by) {
    if (!this.frames?.options.selectable || !this.frames.n) return;
    const { width, height } = this.view;
    const order = byDistance(this.places(), width / 2, height / 2, 2000).map((k) => this.frames.images[k]);
    const now = order.indexOf(this.pinned);
    if (order.length) this.pin(order[now < 0 ? 0 : (now + by + order.length) % order.length]);
  }

  selectAround() {
    if (!this.telling) return;
    const place = this.where(this.pinned);
    if (place) this.choose(byDistance(this.places(), place.x, place.y, NEIGHBOURHOOD));
  }

  // ---- drawing a line round points

  begin(x, y) {
    this.corners = [[x, y]];
  }

  extend(x, y) {
    const [start] = this.corners;
    if (this.mode === "box") this.corners = [start, [x, start[1]], [x, y], [start[0], y]];
    else this.corners.push([x, y]);
    this.line.setAttribute("points", this.corners.map((corner) => corner.join()).join(" "));
    this.line.parentElement.hidden = false;
  }

  end() {
    this.line.parentElement.hidden = true;
    if (this.corners?.length > 2) this.choose(within(this.places(), this.corners));
    this.corners = null;
  }

  choose(places) {
    const { images } = this.frames;
    if (places.length === 0) return this.clear();
    this.chosen = new Uint8Array(images.reduce((most, image) => Math.max(most, image), 0) + 1);
    for (const k of places) this.chosen[images[k]] = 1;
    this.count = places.length;
    this.changed();
  }

  clear() {
    const had = this.count > 0 || this.pinned >= 0;
    this.chosen = null;
    this.count = 0;
    this.pinned = -1;
    if (had) this.changed();
  }

  changed() {
    this.show();
    this.view.onSelection();
    this.send();
  }

  send() {
    if (!this.telling) return;
    const { split } = this.frames.options;
    let mask = "";
    if (this.count) {
      const bits = new Uint8Array(Math.ceil(this.chosen.length / 8));
      this.chosen.forEach((flag, image) => {
        if (flag) bits[image >> 3] |= 1 << (image & 7);
      });
      mask = btoa(bits.reduce((text, byte) => text + String.fromCharCode(byte), ""));
    }
    this.tell({ split, pinned: this.pinned < 0 ? null : this.pinned, count: this.count, mask });
  }

  // ---- what is seen

  where(image) {
    const k = image < 0 ? -1 : this.placeOf(image);
    return k < 0 ? null : this.view.locate(this.frames.order[k]);
  }

  // Puts ring and card where their point is now; called for every frame that is drawn.
  show() {
    const { frames } = this;
    this.clearButton.hidden = !(this.count || this.pinned >= 0);
    const ringed = frames ? this.where(this.pinned) : null;
    this.ring.hidden = !ringed;
    if (ringed) this.ring.style.transform = `translate(${ringed.x}px, ${ringed.y}px)`;
    const image = this.hovered >= 0 ? this.hovered : this.pinned;
    const place = frames ? this.where(image) : null;
    this.card.hidden = !place || place.x < 0 || place.y < 0 || place.x > this.view.width || place.y > this.view.height;
    if (this.card.hidden) return;
    this.fill(image);
    const beside = place.x > this.view.width / 2 ? -1 : 1;
    const x = place.x + beside * 16 - (beside < 0 ? this.card.offsetWidth : 0);
    const y = Math.max(6, Math.min(this.view.height - this.card.offsetHeight - 6, place.y - this.card.offsetHeight / 2));
    this.card.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  fill(image) {
    const { frames } = this;
    const k = this.placeOf(image);
    const found = this.images.get(frames.order[k]);
    const names = frames.options.class_names ?? [];
    const name = (label) => names[label] ?? String(label);
    const digit = frames.digits[k], cluster = frames.clusters[k];
    const words = [name(digit), found ? `image ${count(found.number)}` : `point ${count(image)}`];
    if (frames.hasClusters) words.push(cluster === digit ? "its cluster agrees" : `in the cluster of ${cluster === 255 ? "none" : name(cluster)}`);
    const key = [image, Boolean(found), this.view.theme].join();
    if (this.filled === key && this.filledTheme === this.view.theme) return;
    this.filled = key;
    this.filledTheme = this.view.theme;
    this.words.replaceChildren(...words.map((text, at) => Object.assign(document.createElement(at ? "span" : "strong"), { textContent: text })));
    this.picture.hidden = !this.images.address;
    if (found) drawDigit(this.picture, found.pixels, this.view.theme);
    else this.picture.getContext("2d").clearRect(0, 0, 28, 28);
  }
}
