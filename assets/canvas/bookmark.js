// How the picture is seen, as a bookmark in a link: core/pictures/bookmark.py defines the format.

import { fitCamera } from "./camera.js";
import { COLOURINGS } from "./colours.js";
import { clampZoom } from "./moving.js";
import { OVERLAYS } from "./overlays.js";

const LONGEST = 200;
const LARGEST = 1e6;
const NUMBER = /^-?\d{1,9}(\.\d{1,12})?(e-\d{1,2})?$/;
export const USUAL_TURN = { yaw: 0.6, pitch: 0.42 };

// Bookmarks applied since the page was opened: each only once, so that it never overrides the visitor.
const opened = new Set();

// { m: [labels], s: [step], c: colouring, o: [overlays], p: [x, y, size], t: [yaw, pitch], i: [image] },
// without malformed or missing pieces.
function readBookmark(text) {
  const bookmark = {};
  if (typeof text !== "string" || text.length > LONGEST) return bookmark;
  for (const piece of text.split("~")) {
    const letter = piece[0], words = piece.slice(1).split("_");
    const numbers = words.every((word) => NUMBER.test(word) && Math.abs(word) <= LARGEST) ? words.map(Number) : [];
    if (letter === "m" && numbers.every((label) => Number.isInteger(label) && label >= 0 && label < 256)) bookmark.m = numbers;
    if (letter === "s" && numbers.length === 1 && numbers[0] >= 0) bookmark.s = numbers;
    if (letter === "c" && Object.hasOwn(COLOURINGS, words[0])) bookmark.c = words[0];
    if (letter === "o") bookmark.o = words.filter((name) => Object.hasOwn(OVERLAYS, name));
    if (letter === "p" && numbers.length === 3 && numbers[2] > 0) bookmark.p = numbers;
    if (letter === "t" && numbers.length === 2) bookmark.t = numbers;
    if (letter === "i" && numbers.length === 1) bookmark.i = numbers;
  }
  return bookmark;
}

// A number with a precision of a ten-thousandth of `unit`, written as short as possible.
function short(value, unit) {
  const decimals = Math.max(0, Math.min(12, Math.ceil(4 - Math.log10(unit))));
  return String(Number(value.toFixed(decimals)));
}

export const bookmarking = {
  // The bookmark of the picture as it is now; "" for the default picture.
  bookmark() {
    const { frames, timeline, legend, menu } = this;
    if (!frames?.f || !this.extent || !this.width) return this.bookmarkOfPage(); // in a hidden tab, for example
    const pieces = [];
    const hidden = legend.hidden();
    if (hidden.length) pieces.push(`m${hidden.join("_")}`);
    const atRest = !timeline.playing && !timeline.following;
    if (atRest && timeline.clock < timeline.last) pieces.push(`s${short(timeline.stepAt(timeline.clock), 10)}`);
    if (menu.colouring !== "digit") pieces.push(`c${menu.colouring}`);
    const shown = Object.keys(OVERLAYS).filter((name) => menu.on.has(name));
    const usual = frames.options.shown ?? ["margin"];
    if (shown.length !== usual.length || shown.some((name) => !usual.includes(name))) pieces.push(`o${shown.join("_")}`);
    pieces.push(...this.cameraPieces());
    if (this.selection.pinned >= 0) pieces.push(`i${this.selection.pinned}`);
    return pieces.join("~");
  },

  cameraPieces() {
    const { camera, yaw, pitch } = this, flat = this.frames.d === 2;
    const pieces = [];
    if (this.ownCamera || this.held) {
      const size = Math.min(this.width, this.height) / camera.scale;
      const middle = flat ? [camera.x, camera.y] : [camera.x / camera.scale, camera.y / camera.scale];
      pieces.push(`p${[...middle, size].map((value) => short(value, size)).join("_")}`);
    }
    const usual = this.motion.matches && yaw === USUAL_TURN.yaw && pitch === USUAL_TURN.pitch;
    if (!flat && !this.turning && !usual) pieces.push(`t${short(yaw % (2 * Math.PI), 1)}_${short(pitch, 1)}`);
    return pieces;
  },

  // The bookmark in the page's own link, unless the visitor may have changed the picture since.
  bookmarkOfPage() {
    const { run, bookmark = "" } = this.frames?.options ?? {};
    return this.pending || !opened.has(`${run} ${bookmark}`) ? bookmark : "";
  },

  // Reads the link's bookmark for this run, unless it was opened before. Its parts are applied as soon as they can be.
  openBookmark(frames) {
    const { run, bookmark: text } = frames?.options ?? {};
    const name = `${run} ${text}`;
    this.pending = null;
    if (!frames?.f || !text || opened.has(name)) return;
    opened.add(name);
    const bookmark = readBookmark(text);
    if (Object.keys(bookmark).length > 0) this.pending = bookmark;
    if (bookmark.o) this.menu.on = new Set(bookmark.o);
  },

  // Needs the colours to be available: there are no clusters before a run has ended.
  applyColours() {
    const { c = "digit", m } = this.pending ?? {};
    if (!(this.pending?.c || m) || !this.menu.colours.includes(c)) return;
    this.menu.colouring = c;
    this.menu.mark();
    this.legend.reset();
    for (const label of m ?? []) this.legend.muted[label] = 1;
    this.pending.c = this.pending.m = undefined;
  },

  // Needs the pinned image to be among those shown.
  applyPinned() {
    const [image] = this.pending?.i ?? [];
    if (image === undefined || !this.frames.options.selectable || this.selection.placeOf(image) < 0) return;
    this.pending.i = undefined;
    this.selection.pin(image);
  },

  // Needs the picture's size and points. Clamped to where a visitor could move the camera.
  applyCamera() {
    const { p, t } = this.pending ?? {};
    if (!(p || t) || !this.extent || !this.width || this.frames.partial || this.frames.options.live) return;
    if (t && this.frames.d === 3) {
      [this.yaw] = t;
      this.pitch = Math.max(-1.5, Math.min(1.5, t[1]));
      this.setTurning(false);
    }
    if (p) this.placeCamera(p);
    this.pending.p = this.pending.t = undefined;
  },

  placeCamera([x, y, size]) {
    const { d } = this.frames, flat = d === 2;
    this.settle(); // the camera may still be easing from the first frame
    const fitted = fitCamera(this.extent, d, this.width, this.height).scale;
    const scale = fitted * clampZoom(Math.min(this.width, this.height) / size / fitted, d);
    const { centre, radius } = this.extent;
    const [left, up] = flat ? centre : [0, 0];
    const around = (value, middle) => Math.max(middle - 4 * radius, Math.min(middle + 4 * radius, value));
    const unit = flat ? 1 : scale;
    this.camera = { x: around(x, left) * unit, y: around(y, up) * unit, scale };
    this.ownCamera = true;
  },
};
