// The playback clock, a position between frames, and its control bar.

import { between } from "./points.js";

const SPEEDS = [1, 2, 4, 0.25, 0.5];

export class Timeline {
  constructor(root, changed) {
    const find = (selector) => root.querySelector(selector);
    this.bar = find(".timeline");
    this.play = find(".play");
    this.scrub = find(".scrub");
    this.marks = find(".marks");
    this.output = find(".step");
    this.newest = find(".newest");
    this.speedButton = find(".speed");
    this.loopButton = find(".loop");
    this.changed = changed; // called with whether playback has stopped
    this.steps = [];
    this.live = false;
    this.clock = 0; // continuous; under reduced motion the playhead is its whole frame
    this.playing = false;
    this.following = false;
    this.repeat = false;
    this.speed = 1;
    this.held = false; // frames are still loading
    this.wanted = null; // a bookmark's training step, until the frames reach it
    this.wait = 0; // seconds to pause before moving on
    this.pace = 2; // frames per second while following
    this.play.onclick = () => this.toggle();
    this.scrub.oninput = () => this.seek(Math.round(Number(this.scrub.value))); // to a tick: between two no step was taken
    this.scrub.onkeydown = (event) => this.onKey(event);
    this.newest.onclick = () => this.follow();
    this.speedButton.onclick = () => {
      this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
      this.speedButton.textContent = `${{ 0.25: "¼", 0.5: "½" }[this.speed] ?? this.speed}×`;
      this.speedButton.setAttribute("aria-label", `Speed ${this.speed} times`);
    };
    this.loopButton.onclick = () => {
      this.repeat = !this.repeat;
      this.loopButton.setAttribute("aria-pressed", String(this.repeat));
    };
  }

  get last() {
    return Math.max(0, this.steps.length - 1);
  }

  get playhead() {
    const at = Math.min(this.last, Math.max(0, this.clock));
    return this.reduced ? Math.floor(at + 1e-6) : at;
  }

  get moving() {
    return !this.held && (this.playing || (this.following && this.clock < this.last));
  }

  // Frames per second: the whole animation takes three seconds, up to eight for many frames.
  get rate() {
    return this.last / Math.min(8, Math.max(3, this.last * 0.2));
  }

  // A new run: play it once from the first frame, or follow it if it is still training.
  start(steps, live, reduced) {
    this.steps = steps;
    this.live = live;
    this.reduced = reduced;
    this.wanted = null;
    this.following = live;
    this.playing = !live && !reduced && steps.length > 1;
    this.clock = this.playing ? 0 : this.last;
    this.wait = this.playing ? 0.35 : 0;
    this.arrived = performance.now();
    this.show();
  }

  // New frames of the same run: continue at the same training step.
  extend(steps, live, reduced) {
    const step = this.stepAt(this.clock), wasAtEnd = this.clock >= this.last;
    const grown = steps.length > this.steps.length && steps[steps.length - 1] > (this.steps[this.last] ?? -1);
    const wasLive = this.live;
    this.steps = steps;
    this.live = live;
    this.reduced = reduced;
    this.clock = wasAtEnd && !grown ? this.last : positionOf(step, steps);
    if (grown) {
      const now = performance.now(), interval = Math.min(1.5, Math.max(0.25, (now - this.arrived) / 1000));
      this.arrived = now;
      this.pace = Math.max(1, this.last - this.clock) / interval;
    }
    if (!wasLive && live && wasAtEnd) this.following = true;
    if (reduced && this.following) this.clock = this.last;
    if (!live && this.clock >= this.last) this.following = false;
    this.reach();
    this.show();
  }

  // As a bookmark has it: paused at this step, or at the last if it names none.
  pauseAt(step = null) {
    this.playing = false;
    this.clock = this.last;
    this.wait = 0;
    this.wanted = step;
    this.reach();
    this.show();
  }

  reach() {
    if (this.wanted === null || !(this.steps[this.last] >= this.wanted)) return;
    this.following = false;
    this.clock = positionOf(this.wanted, this.steps);
    this.wanted = null;
  }

  // Advances the clock; returns whether the picture changed.
  tick(seconds) {
    if (!this.moving) return false;
    if (this.wait > 0) {
      this.wait -= seconds;
      return true;
    }
    this.clock += seconds * (this.playing ? this.rate * this.speed : this.pace);
    if (this.clock >= this.last) {
      if (this.playing && this.repeat && !this.live) {
        if (this.resting) {
          this.clock = 0;
          this.wait = 0.35;
        } else {
          this.clock = this.last;
          this.wait = 0.9;
        }
        this.resting = !this.resting;
      } else {
        this.clock = this.last;
        this.following = this.live;
        this.playing = false;
        this.changed(true);
      }
    }
    this.show();
    return true;
  }

  toggle() {
    this.wanted = null;
    if (this.playing || this.following) {
      this.playing = this.following = false;
    } else {
      if (this.clock >= this.last) this.clock = 0;
      this.playing = this.last > 0;
      this.wait = 0;
      this.resting = false;
    }
    this.show();
    this.changed(!this.playing);
  }

  seek(clock) {
    this.wanted = null;
    this.playing = this.following = false;
    this.clock = Math.min(this.last, Math.max(0, clock));
    this.show();
    this.changed(true);
  }

  follow() {
    this.wanted = null;
    this.playing = false;
    this.following = this.live;
    this.pace = Math.max(2, (this.last - this.clock) / 0.8);
    if (this.reduced) this.clock = this.last;
    this.show();
    this.changed(true);
  }

  // Arrow keys move from snapshot to snapshot.
  onKey(event) {
    const to = {
      ArrowLeft: Math.ceil(this.clock) - 1, ArrowDown: Math.ceil(this.clock) - 1,
      ArrowRight: Math.floor(this.clock) + 1, ArrowUp: Math.floor(this.clock) + 1,
      Home: 0, End: this.last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.seek(to);
  }

  stepAt(clock) {
    if (this.steps.length === 0) return 0;
    const { from, to, share } = between(Math.min(this.last, clock), this.steps.length);
    return this.steps[from] + (this.steps[to] - this.steps[from]) * share;
  }

  text() {
    return `step ${count(Math.round(this.stepAt(this.playhead)))} of ${count(this.steps[this.last] ?? 0)}`;
  }

  show() {
    const { last } = this;
    this.bar.hidden = last === 0 && !this.live;
    const active = this.playing || this.following;
    if (this.shownActive !== active) {
      this.shownActive = active;
      this.play.setAttribute("aria-label", active ? "Pause" : "Play");
      this.play.classList.toggle("active", active);
    }
    if (this.shownLast !== last) {
      this.shownLast = last;
      this.scrub.max = String(Math.max(last, 1));
      this.scrub.disabled = this.play.disabled = last === 0;
      this.marks.style.setProperty("--gap", `${100 / Math.max(1, last)}%`);
      this.marks.hidden = last > 40;
    }
    this.scrub.value = String(this.playhead);
    this.scrub.style.setProperty("--done", `${last ? (100 * this.playhead) / last : 0}%`);
    this.scrub.setAttribute("aria-valuetext", this.text());
    const total = count(this.steps[last] ?? 0);
    this.output.textContent = `${count(Math.round(this.stepAt(this.playhead)))} / ${total}`;
    this.output.style.minWidth = `${2 * total.length + 3}ch`;
    this.newest.hidden = !this.live;
    this.newest.setAttribute("aria-pressed", String(this.following));
    this.speedButton.hidden = this.loopButton.hidden = this.live;
  }
}

function positionOf(step, steps) {
  for (let at = 1; at < steps.length; at++) {
    if (steps[at] > step) return Math.max(0, at - 1 + (step - steps[at - 1]) / (steps[at] - steps[at - 1]));
  }
  return Math.max(0, steps.length - 1);
}

export function count(number) {
  return number.toLocaleString("en");
}
