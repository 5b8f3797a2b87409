// The embedding canvas: one instance per mounted component, redrawn only while something changes.

import { ASKED, mounting } from "../shared.js";
import { bookmarking, USUAL_TURN } from "./bookmark.js";
import { colourBy, groupsOf, paletteOf } from "./colours.js";
import { Fetching } from "./fetching.js";
import { sameBytes } from "./frames.js";
import { FullScreen } from "./full.js";
import { Gestures } from "./gestures.js";
import { Legend } from "./legend.js";
import { summary } from "./measures.js";
import { Menu } from "./menu.js";
import { moving } from "./moving.js";
import { Overlays } from "./overlays.js";
import { PointLayer, pointRadius } from "./points.js";
import { receiving } from "./receiving.js";
import { redrawing } from "./redrawing.js";
import { savePicture } from "./saving.js";
import { PointSelection } from "./selection.js";
import { hook } from "./testing.js";
import { readTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { words } from "./words.js";

class EmbeddingCanvas {
  constructor(root) {
    this.root = root;
    this.frames = null;
    this.width = this.height = 0;
    this.camera = { x: 0, y: 0, scale: 1 };
    Object.assign(this, USUAL_TURN);
    this.pending = null; // the parts of the link's bookmark that are not applied yet
    this.held = null; // the scale that stays over runs
    this.ownCamera = false; // the visitor moved or zoomed: don't move the camera
    this.turning = false;
    this.visible = true;
    this.work = [];
    this.findElements();
    this.makeParts();
    this.listen();
    root.contrastiveCanvas = hook(this);
  }

  findElements() {
    const find = (selector) => this.root.querySelector(selector);
    this.stage = find(".stage");
    this.grid = find(".grid");
    this.overlay = find(".overlay");
    this.notice = find(".notice");
    this.status = find(".status");
    this.sentences = find(".notice span");
    this.retry = find(".retry");
    this.news = find(".news");
    this.turnButton = find(".turn");
    this.retry.onclick = () => this.fetching.again();
    this.turnButton.onclick = () => this.setTurning(!this.turning);
    find(".zoom-in").onclick = () => this.zoomBy(1.4);
    find(".zoom-out").onclick = () => this.zoomBy(1 / 1.4);
    find(".reset").onclick = () => this.reset();
    find(".save").onclick = () => this.save();
  }

  makeParts() {
    const { root } = this;
    this.points = new PointLayer(root.querySelector(".points"));
    this.overlays = new Overlays(() => this.refresh());
    this.menu = new Menu(root, (what) => this.onMenu(what));
    this.timeline = new Timeline(root, (atRest) => this.onTimeline(atRest));
    this.legend = new Legend(root, () => this.onLegend());
    this.fetching = new Fetching({
      onFrames: (frames, status) => this.onFrames(frames, status),
      onNews: (moved) => this.onNews(moved),
      onError: (sentence) => this.onError(sentence),
      wantsFirst: () => !this.motion.matches && !this.frames?.f,
    });
    this.selection = new PointSelection(root, this, (picked) => this.component?.setStateValue("selection", picked));
    this.full = new FullScreen(root);
    this.gestures = new Gestures(this.stage, this);
  }

  listen() {
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.motion.onchange = () => this.onMotion();
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(this.stage);
    this.watching = new IntersectionObserver(([entry]) => {
      this.visible = entry.isIntersecting;
      if (this.visible) this.redraw();
    });
    this.watching.observe(this.stage);
    this.answer = ({ detail }) => {
      if (this.frames && this.frames.options.run === detail.run) detail.answers.push(this.bookmark());
    };
    window.addEventListener(ASKED, this.answer);
  }

  // Called by Streamlit on every change of data or theme, and sometimes without one.
  update(component) {
    this.component = component;
    const { data } = component;
    this.overlays.given = component.shapes ?? {};
    if (!this.loaded || !sameBytes(data, this.data)) {
      this.loaded = true;
      this.data = data;
      this.receive(data);
    }
    this.theme = readTheme(this.root, this.classes.length);
    this.root.classList.toggle("dark", this.theme.dark);
    this.legend.show(this.classes, this.theme, this.palette);
    this.resize();
    this.redraw();
  }

  // Groups the points by what they are coloured by.
  group() {
    if (this.frames) colourBy(this.frames, this.colouring);
    this.classes = this.frames ? groupsOf(this.frames, this.colouring) : [];
  }

  // ---- what the drawing functions read: this canvas is their `state`

  get playhead() {
    return this.timeline.playhead;
  }

  get muted() {
    return this.legend.muted;
  }

  get colouring() {
    return this.menu.colouring;
  }

  // A flag per image index; the other points are faded. Null without a selection.
  get chosen() {
    return this.selection.chosen;
  }

  get palette() {
    return paletteOf(this.theme, this.colouring);
  }

  // A collapsed cloud is a single point, drawn large enough to be noticed.
  radius() {
    return this.collapsed() ? 5 : pointRadius(this.frames.n, this.width, this.height, this.zoom());
  }

  summaryAt(frame) {
    if (!this.summaries.has(frame)) this.summaries.set(frame, summary(this.frames, frame));
    return this.summaries.get(frame);
  }

  // ---- what the visitor does

  togglePlay() {
    if (this.timeline.last > 0) this.timeline.toggle();
  }

  onTimeline(atRest) {
    if (atRest) this.describe(false);
    this.redraw();
  }

  onLegend() {
    this.pending = null;
    this.describe(true);
    this.refresh();
  }

  onMenu(what) {
    if (!this.frames) return;
    if (what === "colouring") {
      this.pending = null;
      this.group();
      this.legend.reset();
      this.legend.show(this.classes, this.theme, this.palette);
    }
    if (what === "scale") this.holdScale(this.menu.holds);
    this.overlays.want(this.frames.options, this.menu.offered);
    this.describe(true);
    this.refresh();
  }

  onSelection() {
    if (this.pending) this.pending.i = undefined; // the visitor has chosen
    this.describe(true);
    this.redraw();
  }

  save() {
    if (!this.frames) return;
    this.unsaved = savePicture(this, this.frames.options.title || "Embedding");
    this.showNotice();
    this.describe(true);
  }

  onMotion() {
    this.timeline.reduced = this.motion.matches;
    if (this.motion.matches) this.setTurning(false);
    this.redraw();
  }

  destroy() {
    window.removeEventListener(ASKED, this.answer);
    this.fetching.stop();
    this.overlays.clear();
    this.selection.images.clear();
    clearTimeout(this.selection.sending);
    cancelAnimationFrame(this.request);
    this.request = -1;
    this.resizing.disconnect();
    this.watching.disconnect();
    this.ratioQuery?.removeEventListener("change", this.onRatio);
    this.motion.onchange = null;
    clearTimeout(this.later);
  }
}

// More methods of the class, one file per subject.
Object.assign(EmbeddingCanvas.prototype, receiving, redrawing, moving, bookmarking, words);

export default mounting(EmbeddingCanvas, ".cl-canvas");
