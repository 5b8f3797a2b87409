// New data, from Python or fetched, and what changes with it.

import { USUAL_TURN } from "./bookmark.js";
import { DAMAGED } from "./fetching.js";
import { takeOver } from "./first.js";
import { readFrames } from "./frames.js";

export const receiving = {
  // Data from Python: the frames themselves, or options that say where to fetch them.
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
    // For the same run, keep the current frames until the new ones arrive.
    const { f, options: before } = this.frames ?? {};
    if (sameRun && f && before.split !== options.split) this.selection.images.clear();
    if (sameRun && f && (before.split !== options.split || before.reduction !== options.reduction)) return;
    this.show(sameRun && f ? { ...this.frames, options } : frames);
  },

  // Fetched frames, shown with the options from the page.
  onFrames(frames, status) {
    this.progress = status.replay;
    this.failure = "";
    if (frames) {
      this.show({ ...frames, options: this.given });
      this.legend.show(this.classes, this.theme, this.palette);
      this.resize();
      takeOver(this);
    }
    this.redraw();
  },

  onError(sentence) {
    this.failure = sentence;
    this.describe(true);
    this.redraw();
    takeOver(this);
  },

  show(frames) {
    const before = this.frames;
    this.frames = frames;
    const options = frames?.options ?? {};
    const sameRun = Boolean(before && frames && before.options.run === options.run && before.d === frames.d && before.f && frames.f);
    const sameProjection = sameRun && before.options.reduction === options.reduction;
    if (!sameRun) {
      this.menu.reset(options);
      this.legend.reset();
      this.openBookmark(frames);
    }
    if (frames) this.menu.offer(options, frames);
    this.applyColours();
    this.group();
    this.summaries = new Map();
    this.root.style.setProperty("--stage-height", `${(options.height ?? 520) / 14}rem`);
    this.goal = frames ? this.goalOf(frames) : null;
    if (!sameProjection) this.ownCamera = false;
    if (!sameProjection || before.options.split !== options.split) this.overlays.clear();
    if (sameRun) this.continueRun();
    else this.startRun();
    this.applyCamera();
    this.timeline.held = Boolean(frames?.partial);
    this.selection.use(frames, sameRun ? before : null);
    this.applyPinned();
    this.overlays.on = this.menu.on;
    if (frames) this.overlays.want(options, this.menu.offered);
    this.turnButton.hidden = frames?.d !== 3;
    this.stage.setAttribute("aria-label", this.keys());
    this.describe(!sameRun || before.options.live !== options.live);
  },

  continueRun() {
    const { frames } = this;
    this.timeline.extend(frames.n ? frames.steps : [], Boolean(frames.options.live), this.motion.matches);
    if (this.motion.matches && !this.ownCamera) this.settle();
  },

  startRun() {
    const { frames } = this;
    this.timeline.start(frames?.n ? frames.steps : [], Boolean(frames?.options.live), this.motion.matches);
    Object.assign(this, USUAL_TURN);
    this.settle();
    this.setTurning(frames?.d === 3 && frames.n > 0 && !this.motion.matches);
    if (this.pending) this.timeline.pauseAt(this.pending.s?.[0]);
  },

  // Has the page rerun: it does not poll a run that a canvas on it watches.
  onNews(moved) {
    if (this.root.isConnected) this.component.setTriggerValue("moved", moved);
  },
};
