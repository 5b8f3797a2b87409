// Hovered, pinned and selected points, and what Python is told about them.

import { make } from "../shared.js";
import { NO_CLUSTER } from "./colours.js";
import { sameImages } from "./frames.js";
import { drawDigit, Images } from "./images.js";
import { byDistance, locate, pick, placesOf, within } from "./picking.js";
import { count } from "./timeline.js";

const REACH = 9; // CSS pixels within which the pointer finds a point
const TOUCH_REACH = 22;
const STILL = 200; // milliseconds without a change before Python is told
const NEIGHBOURHOOD = 100; // number of points that the S key selects around the pinned one

export class PointSelection {
  // canvas: the EmbeddingCanvas; tell: called with the selection to send to Python
  constructor(root, canvas, tell) {
    const find = (selector) => root.querySelector(selector);
    Object.assign(this, { canvas, tell });
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
    this.told = false; // whether Python has been told of a selection
    this.reset();
  }

  // Whether the page uses the selection; lasso and box are only offered then.
  get telling() {
    return Boolean(this.frames?.options.telling);
  }

  // Clears everything, and tells Python if it knew of a selection.
  reset() {
    this.hovered = this.pinned = -1; // as image indices
    this.chosen = null; // a flag per image index
    this.count = 0;
    this.stopDrawing();
    this.setMode("move");
    if (this.told) this.send();
  }

  // New frames. The selection stays with its images if both have the same ones.
  use(frames, before) {
    this.at = new Map(); // image -> position in the draw order
    for (const button of Object.values(this.modes)) button.hidden = !this.telling;
    if (frames) this.images.of(frames.options.source, frames.options.split, frames.n);
    if (!frames || !before || !sameImages(before, frames)) return this.reset();
    if (this.pinned >= 0 && this.placeOf(this.pinned) < 0) this.pinned = -1;
    // The message names the split, and the same selection now belongs to another one.
    if ((this.count || this.pinned >= 0) && before.options.split !== frames.options.split) this.send();
  }

  setMode(mode) {
    this.mode = mode;
    for (const [name, button] of Object.entries(this.modes)) button.setAttribute("aria-pressed", String(name === mode));
    this.canvas.stage?.classList.toggle("selecting", mode !== "move");
  }

  get frames() {
    return this.canvas.frames;
  }

  places() {
    return (this.cache = placesOf(this.canvas, this.cache));
  }

  // An image's position in the draw order; -1 if it is not in the picture.
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
    this.changed();
  }

  // Pins the next (or previous) point by distance from the middle of the picture.
  step(by) {
    if (!this.frames?.options.selectable || !this.frames.n) return;
    const { width, height } = this.canvas;
    const order = byDistance(this.places(), width / 2, height / 2, 2000).map((k) => this.frames.images[k]);
    const now = order.indexOf(this.pinned);
    if (order.length) this.pin(order[now < 0 ? 0 : (now + by + order.length) % order.length]);
  }

  selectAround() {
    if (!this.telling) return;
    const place = this.where(this.pinned);
    if (place) this.choose(byDistance(this.places(), place.x, place.y, NEIGHBOURHOOD));
  }

  // ---- drawing an outline around points

  begin(x, y, mode = this.mode) {
    this.corners = [[x, y]];
    this.drawing = mode;
  }

  extend(x, y) {
    const [start] = this.corners;
    if (this.drawing === "box") this.corners = [start, [x, start[1]], [x, y], [start[0], y]];
    else this.corners.push([x, y]);
    this.line.setAttribute("points", this.corners.map((corner) => corner.join()).join(" "));
    this.line.parentElement.removeAttribute("hidden"); // SVG has no property of that name
  }

  end() {
    const { corners } = this;
    this.stopDrawing();
    if (corners?.length > 2) this.choose(within(this.places(), corners));
  }

  stopDrawing() {
    this.corners = null;
    this.line.parentElement.setAttribute("hidden", "");
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
    this.canvas.onSelection();
    this.send();
  }

  // Debounced, since each message to Python reruns the page's script.
  send() {
    if (!this.telling && !this.told) return;
    this.told = this.count > 0 || this.pinned >= 0;
    clearTimeout(this.sending);
    this.sending = setTimeout(() => {
      const { run = "", split = "" } = this.frames?.options ?? {};
      const pinned = this.pinned < 0 ? null : this.pinned;
      this.tell({ run, split, pinned, count: this.count, mask: this.count ? bitset(this.chosen) : "" });
    }, STILL);
  }

  // ---- ring and card

  where(image) {
    const k = image < 0 ? -1 : this.placeOf(image);
    return k < 0 ? null : locate(this.canvas, this.frames.order[k]);
  }

  // Moves ring and card to their point; called for every frame drawn.
  show() {
    const { frames } = this;
    this.clearButton.hidden = !frames?.options.selectable;
    this.clearButton.disabled = !(this.count || this.pinned >= 0); // not hidden: the buttons below it would move
    const ringed = frames ? this.where(this.pinned) : null;
    this.ring.hidden = !ringed;
    if (ringed) this.ring.style.transform = `translate(${ringed.x}px, ${ringed.y}px)`;
    const image = this.hovered >= 0 ? this.hovered : this.pinned;
    const place = frames ? this.where(image) : null;
    this.card.hidden = !place || place.x < 0 || place.y < 0 || place.x > this.canvas.width || place.y > this.canvas.height;
    if (this.card.hidden) return;
    this.fill(image);
    const { width, height } = this.canvas, { offsetWidth: wide, offsetHeight: high } = this.card;
    // Beside the point if there is room, preferably towards the middle; otherwise above or below it.
    const sides = [place.x + 16, place.x - 16 - wide];
    if (place.x > width / 2) sides.reverse();
    const side = sides.find((left) => left >= 6 && left + wide <= width - 6);
    const x = side ?? inside(place.x - wide / 2, width - wide);
    const y = side !== undefined ? inside(place.y - high / 2, height - high) : place.y > height / 2 ? place.y - 16 - high : place.y + 16;
    this.card.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  // The index of a point's image in the whole data set once known, otherwise in its split.
  numberOf(k) {
    const { order, images } = this.frames;
    return this.images.get(order[k])?.number ?? images[k];
  }

  fill(image) {
    const { frames } = this;
    const k = this.placeOf(image);
    const found = this.images.get(frames.order[k]);
    const names = frames.options.class_names ?? [];
    const name = (label) => names[label] ?? String(label);
    const digit = frames.digits[k], cluster = frames.clusters[k];
    const words = [name(digit), found ? `image ${count(found.number)}` : `point ${count(image)}`];
    if (frames.hasClusters) words.push(cluster === digit ? "its cluster agrees" : `in the cluster of ${cluster === NO_CLUSTER ? "none" : name(cluster)}`);
    const filled = [frames, image, Boolean(found), this.canvas.theme];
    if (this.filled && filled.every((value, at) => value === this.filled[at])) return;
    this.filled = filled;
    this.words.replaceChildren(...words.map((text, at) => make(at ? "span" : "strong", {}, text)));
    this.picture.hidden = !this.images.address;
    if (found) drawDigit(this.picture, found.pixels, this.canvas.theme);
    else this.picture.getContext("2d").clearRect(0, 0, 28, 28);
  }
}

// A coordinate kept 6 pixels from both edges.
function inside(value, most) {
  return Math.max(6, Math.min(most - 6, value));
}

// Flags packed into bits, least significant first, in base64.
function bitset(flags) {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  for (let number = 0; number < flags.length; number++) if (flags[number]) bytes[number >> 3] |= 1 << (number & 7);
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
}
