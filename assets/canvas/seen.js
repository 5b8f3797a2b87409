// How the picture is seen, as the letters of a link: core/canvas/seen.py has their form.

import { COLOURINGS } from "./colours.js";
import { nearEnough } from "./moving.js";
import { OVERLAYS } from "./overlays.js";
import { fitView } from "./view.js";

export const ASKED = "contrastive-lab-seen"; // the link asks so, and each canvas on the page that shows its run answers
const LONGEST = 200;
const LARGEST = 1e6;
const NUMBER = /^-?\d{1,9}(\.\d{1,12})?(e-\d{1,2})?$/;
export const USUAL_TURN = { yaw: 0.6, pitch: 0.42 };

// The runs whose link has been taken up since the page was opened: only once, then the visitor's hand rules.
const takenUp = new Set();

// { m: [labels], s: [step], c: colouring, o: [overlays], p: [x, y, size], t: [yaw, pitch], i: [image] }, without
// what is not there or not of the form.
function readSeen(text) {
  const seen = {};
  if (typeof text !== "string" || text.length > LONGEST) return seen;
  for (const piece of text.split("~")) {
    const letter = piece[0], words = piece.slice(1).split("_");
    const numbers = words.every((word) => NUMBER.test(word) && Math.abs(word) <= LARGEST) ? words.map(Number) : [];
    if (letter === "m" && numbers.every((label) => Number.isInteger(label) && label >= 0 && label < 256)) seen.m = numbers;
    if (letter === "s" && numbers.length === 1 && numbers[0] >= 0) seen.s = numbers;
    if (letter === "c" && Object.hasOwn(COLOURINGS, words[0])) seen.c = words[0];
    if (letter === "o") seen.o = words.filter((name) => Object.hasOwn(OVERLAYS, name));
    if (letter === "p" && numbers.length === 3 && numbers[2] > 0) seen.p = numbers;
    if (letter === "t" && numbers.length === 2) seen.t = numbers;
    if (letter === "i" && numbers.length === 1) seen.i = numbers;
  }
  return seen;
}

// A number to a ten-thousandth of `of`, as short as it can be written.
function short(value, of) {
  const decimals = Math.max(0, Math.min(12, Math.ceil(4 - Math.log10(of))));
  return String(Number(value.toFixed(decimals)));
}

export const seeing = {
  // The picture as it is seen now; "" where it is as anybody sees it who opens the page.
  seen() {
    const { frames, timeline, legend, menu, view } = this;
    if (!frames?.f || !this.extent || !this.width) return this.seenByLink(); // behind another tab, say
    const pieces = [];
    const hidden = [...legend.buttons.keys()].filter((label) => legend.muted[label]);
    if (hidden.length) pieces.push(`m${hidden.join("_")}`);
    const atRest = !timeline.playing && !timeline.following;
    if (atRest && timeline.clock < timeline.last) pieces.push(`s${short(timeline.stepAt(timeline.clock), 10)}`);
    if (menu.colouring !== "digit") pieces.push(`c${menu.colouring}`);
    const over = Object.keys(OVERLAYS).filter((name) => menu.on.has(name));
    const usual = frames.options.shown ?? ["margin"];
    if (over.length !== usual.length || over.some((name) => !usual.includes(name))) pieces.push(`o${over.join("_")}`);
    if (this.ownView) {
      const size = Math.min(this.width, this.height) / view.scale;
      const middle = frames.d === 3 ? [view.x / view.scale, view.y / view.scale] : [view.x, view.y];
      pieces.push(`p${[...middle, size].map((value) => short(value, size)).join("_")}`);
    }
    if (frames.d === 3 && !this.turning && !(this.motion.matches && this.yaw === USUAL_TURN.yaw && this.pitch === USUAL_TURN.pitch)) {
      pieces.push(`t${short(this.yaw % (2 * Math.PI), 1)}_${short(this.pitch, 1)}`);
    }
    if (this.selecting.pinned >= 0) pieces.push(`i${this.selecting.pinned}`);
    return pieces.join("~");
  },

  // What the page's own link says of the picture, as long as nobody could have changed it.
  seenByLink() {
    const { run, seen = "" } = this.frames?.options ?? {};
    return this.linked || !takenUp.has(`${run} ${seen}`) ? seen : "";
  },

  // What the link says of this run's picture, unless it has been taken up before.
  takeLink(frames) {
    const { run, seen } = frames?.options ?? {};
    const name = `${run} ${seen}`;
    this.linked = null;
    if (!frames?.f || !seen || takenUp.has(name)) return;
    takenUp.add(name);
    const told = readSeen(seen);
    if (Object.keys(told).length > 0) this.linked = told;
    if (told.o) this.menu.on = new Set(told.o);
  },

  // Colours and hidden groups, as soon as there are such colours: there are no clusters before a run has ended.
  takeColours() {
    const { c = "digit", m } = this.linked ?? {};
    if (!(this.linked?.c || m) || !this.menu.colours.includes(c)) return;
    this.menu.colouring = c;
    this.menu.mark();
    this.legend.reset();
    for (const label of m ?? []) this.legend.muted[label] = 1;
    this.linked.c = this.linked.m = undefined;
  },

  // The image that was picked, as soon as it is among those that are shown.
  takePicked() {
    const [image] = this.linked?.i ?? [];
    if (image === undefined || !this.frames.options.selectable || this.selecting.placeOf(image) < 0) return;
    this.linked.i = undefined;
    this.selecting.pin(image);
  },

  // The place, as soon as the picture has its size and its points. No further away or nearer than a visitor could go.
  takePlace() {
    const { p, t } = this.linked ?? {};
    if (!(p || t) || !this.extent || !this.width || this.frames.partial || this.frames.options.live) return;
    const flat = this.frames.d === 2;
    if (t && !flat) {
      [this.yaw] = t;
      this.pitch = Math.max(-1.5, Math.min(1.5, t[1]));
      this.setTurning(false);
    }
    if (p) {
      const [x, y, size] = p;
      this.settle(); // the usual place may still be on its way from that of the first frame
      const fitted = fitView(this.extent, this.frames.d, this.width, this.height).scale;
      const scale = fitted * nearEnough(Math.min(this.width, this.height) / size / fitted, this.frames.d);
      const { centre, radius } = this.extent;
      const [left, up] = flat ? centre : [0, 0];
      const around = (value, middle) => Math.max(middle - 4 * radius, Math.min(middle + 4 * radius, value));
      const unit = flat ? 1 : scale;
      this.view = { x: around(x, left) * unit, y: around(y, up) * unit, scale };
      this.ownView = true;
    }
    this.linked.p = this.linked.t = undefined;
  },
};
