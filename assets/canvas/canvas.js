// The embedding canvas: one instance a mounted component, redrawn only while something changes.

import { mounting } from "../shared.js";
import { colourBy, groupsOf, paletteOf } from "./colours.js";
import { DAMAGED, Fetching } from "./fetching.js";
import { takeOver } from "./first.js";
import { readFrames, sameBytes } from "./frames.js";
import { attachGestures } from "./gestures.js";
import { Legend } from "./legend.js";
import { summary } from "./measures.js";
import { Menu, savePicture } from "./menu.js";
import { moving } from "./moving.js";
import { Overlays } from "./overlays.js";
import { PointLayer, pointRadius } from "./points.js";
import { redrawing } from "./redrawing.js";
import { ASKED, seeing, USUAL_TURN } from "./seen.js";
import { Selecting } from "./selection.js";
import { readTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { extentOf } from "./view.js";
import { words } from "./words.js";

const TELL_END_AFTER = 1500; // milliseconds; a page that is drawn often has noticed by then
const SELDOM = 1000; // milliseconds between two looks: so many wait that the page is drawn seldom

class EmbeddingCanvas {
  constructor(root) {
    this.root = root;
    const find = (selector) => root.querySelector(selector);
    this.stage = find(".stage");
    this.grid = find(".grid");
    this.overlay = find(".overlay");
    this.notice = find(".notice");
    this.status = find(".status");
    this.sentences = find(".notice span");
    this.retry = find(".retry");
    this.retry.onclick = () => this.fetching.again();
    this.news = find(".news");
    this.turnButton = find(".turn");
    this.points = new PointLayer(find(".points"));
    this.overlays = new Overlays(() => this.refresh());
    this.menu = new Menu(root, (what) => this.onMenu(what));
    this.timeline = new Timeline(root, (atRest) => this.onTimeline(atRest));
    this.legend = new Legend(root, () => this.onLegend());
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.motion.onchange = () => this.onMotion();
    this.fetching = new Fetching(
      (frames, status) => this.hear(frames, status),
      (state, wait) => setTimeout(() => this.tellEnd(state), wait < SELDOM ? TELL_END_AFTER : 0),
      (sentence) => this.fail(sentence),
      () => !this.motion.matches && !this.frames?.f,
    );
    this.frames = null;
    this.width = this.height = 0;
    this.view = { x: 0, y: 0, scale: 1 };
    Object.assign(this, USUAL_TURN);
    this.linked = null; // what a link says of the picture
    this.ownView = false; // the visitor moved or zoomed: leave the view alone
    this.turning = false;
    this.visible = true;
    this.work = [];
    this.selecting = new Selecting(root, this, (selection) => this.component?.setStateValue("selection", selection));
    attachGestures(this.stage, this);
    find(".zoom-in").onclick = () => this.zoomBy(1.4);
    find(".zoom-out").onclick = () => this.zoomBy(1 / 1.4);
    find(".reset").onclick = () => this.reset();
    find(".save").onclick = () => this.save();
    this.turnButton.onclick = () => this.setTurning(!this.turning);
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(this.stage);
    this.watching = new IntersectionObserver(([entry]) => {
      this.visible = entry.isIntersecting;
      if (this.visible) this.redraw();
    });
    this.watching.observe(this.stage);
    this.answer = ({ detail }) => {
      if (this.frames && this.frames.options.run === detail.run) detail.answers.push(this.seen());
    };
    window.addEventListener(ASKED, this.answer);
    // For tests: where a point of the input lies, and what a frame costs.
    root.contrastiveCanvas = {
      locate: (index) => this.locate(index),
      state: () => this.report(),
      work: () => this.work.slice(),
      seen: () => this.seen(),
    };
  }

  // That a live run has ended, unless the page has noticed for itself: two reruns at one moment, one of the
  // page and one of a part that the first takes away, end in an error of Streamlit's.
  tellEnd(state) {
    if (this.root.isConnected && this.fetching.options.live) this.component.setTriggerValue("ended", state);
  }

  // Runs on every change of the data or the theme, and whenever Streamlit feels like it.
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

  // What Python handed over: the frames themselves, or options that say where they are.
  receive(data) {
    this.failure = "";
    let frames = null;
    try {
      if (data?.length) frames = readFrames(data);
    } catch {
      this.failure = DAMAGED;
    }
    const options = frames?.options ?? {};
    if (!options.source) {
      this.progress = null;
      this.fetching.stop();
      return this.show(frames);
    }
    const sameRun = this.frames?.options.run === options.run;
    if (!sameRun) this.progress = null;
    this.given = options;
    this.fetching.follow(options);
    // Of the same run, what is there stays until what is wanted comes.
    const { f, options: before } = this.frames ?? {};
    if (sameRun && f && before.split !== options.split) this.selecting.images.clear();
    if (sameRun && f && (before.split !== options.split || before.view !== options.view)) return;
    this.show(sameRun && f ? { ...this.frames, options } : frames);
  }

  // What was fetched, under the options that came with the page.
  hear(frames, status) {
    this.progress = status.replay;
    this.failure = "";
    if (frames) {
      this.show({ ...frames, options: this.given });
      this.legend.show(this.classes, this.theme, this.palette);
      this.resize();
      takeOver(this);
    }
    this.redraw();
  }

  fail(sentence) {
    this.failure = sentence;
    this.describe(true);
    this.redraw();
    takeOver(this);
  }

  show(frames) {
    const before = this.frames;
    this.frames = frames;
    const options = frames?.options ?? {};
    const sameRun = Boolean(before && frames && before.options.run === options.run && before.d === frames.d && before.f && frames.f);
    const sameView = sameRun && before.options.view === options.view;
    if (!sameRun) {
      this.menu.reset(options);
      this.legend.reset();
      this.takeLink(frames);
    }
    if (frames) this.menu.offer(options, frames);
    this.takeColours();
    this.group();
    this.summaries = new Map();
    this.root.style.setProperty("--stage-height", `${options.height ?? 520}px`);
    this.goal = frames ? extentOf(frames) : null;
    if (!sameView) this.ownView = false;
    if (!sameView || before.options.split !== options.split) this.overlays.clear();
    const steps = frames && frames.n ? frames.steps : [];
    if (sameRun) {
      this.timeline.extend(steps, Boolean(options.live), this.motion.matches);
      if (this.motion.matches && !this.ownView) this.settle();
    } else {
      this.timeline.start(steps, Boolean(options.live), this.motion.matches);
      Object.assign(this, USUAL_TURN);
      this.settle();
      this.setTurning(frames?.d === 3 && frames.n > 0 && !this.motion.matches);
      if (this.linked) this.timeline.stand(this.linked.s?.[0]);
    }
    this.takePlace();
    this.timeline.held = Boolean(frames?.partial);
    this.selecting.use(frames, sameRun ? before : null);
    this.takePicked();
    this.overlays.on = this.menu.on;
    if (frames) this.overlays.want(options, this.menu.offered);
    this.turnButton.hidden = frames?.d !== 3;
    this.stage.setAttribute("aria-label", this.keys());
    this.describe(!sameRun || before.options.live !== options.live);
  }

  // Groups the points by what they are coloured by.
  group() {
    if (this.frames) colourBy(this.frames, this.colouring);
    this.classes = this.frames ? groupsOf(this.frames, this.colouring) : [];
  }

  // What the drawing functions read.
  get playhead() {
    return this.timeline.playhead;
  }

  get muted() {
    return this.legend.muted;
  }

  get colouring() {
    return this.menu.colouring;
  }

  // Of the points that are not selected while others are, only a shade is left.
  get chosen() {
    return this.selecting.chosen;
  }

  get palette() {
    return paletteOf(this.theme, this.colouring);
  }

  // A collapsed cloud is one point: large enough to be found.
  radius() {
    return this.collapsed() ? 5 : pointRadius(this.frames.n, this.width, this.height, this.zoom());
  }

  togglePlay() {
    if (this.timeline.last > 0) this.timeline.toggle();
  }

  onTimeline(atRest) {
    if (atRest) this.describe(false);
    this.redraw();
  }

  onLegend() {
    this.linked = null;
    this.describe(true);
    this.refresh();
  }

  onMenu(what) {
    if (!this.frames) return;
    if (what === "colouring") {
      this.linked = null;
      this.group();
      this.legend.reset();
      this.legend.show(this.classes, this.theme, this.palette);
    }
    this.overlays.want(this.frames.options, this.menu.offered);
    this.describe(true);
    this.refresh();
  }

  onSelection() {
    if (this.linked) this.linked.i = undefined; // another one, or none, by the visitor's own hand
    this.describe(true);
    this.redraw();
  }

  save() {
    if (this.frames) savePicture(this, this.frames.options.title || "Embedding");
  }

  onMotion() {
    this.timeline.reduced = this.motion.matches;
    if (this.motion.matches) this.setTurning(false);
    this.redraw();
  }

  summaryAt(frame) {
    if (!this.summaries.has(frame)) this.summaries.set(frame, summary(this.frames, frame));
    return this.summaries.get(frame);
  }

  destroy() {
    window.removeEventListener(ASKED, this.answer);
    this.fetching.stop();
    this.overlays.clear();
    this.selecting.images.clear();
    clearTimeout(this.selecting.sending);
    cancelAnimationFrame(this.request);
    this.request = -1;
    this.resizing.disconnect();
    this.watching.disconnect();
    this.ratioQuery?.removeEventListener("change", this.onRatio);
    this.motion.onchange = null;
    clearTimeout(this.later);
  }
}

Object.assign(EmbeddingCanvas.prototype, redrawing, moving, seeing, words);

export default mounting(EmbeddingCanvas, ".cl-canvas");
