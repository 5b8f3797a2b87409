// Fetches the frames of a run from the app itself, so that no script runs while somebody watches.

import { joined, lengthOfFirst, readFrames } from "./frames.js";

const LIVE_WAIT = 400; // milliseconds between two looks at a run in training, where the server names no others
const REPLAY_WAIT = 1000; // and at a replay that is being made
const HIDDEN_WAIT = 10000; // and while nobody looks at the page
const LONGEST_WAIT = 30000; // after many failures in a row
const ENDED = ["done", "failed", "cancelled"];
const BEING_MADE = ["waiting", "computing"];

export class Fetching {
  // heard: called with all frames so far (null where there is nothing new) and the status of the run;
  // ended: with the state in which a live run has ended, and the pace at which it was looked at; failed: with a sentence; early: whether the first
  // frame is wanted while the others are on their way
  constructor(heard, ended, failed, early) {
    Object.assign(this, { heard, ended, failed, early });
    this.onVisible = () => {
      if (!document.hidden) this.again();
    };
  }

  follow(options) {
    const wanted = JSON.stringify([options.source, options.split, options.view]);
    const { live } = this.options ?? {};
    this.options = options;
    if (wanted === this.wanted) {
      if (options.live !== live) this.lookSoon();
      return;
    }
    this.stop();
    this.wanted = wanted;
    this.whole = false; // whether the replay of all points is there
    this.wasMaking = false;
    this.failures = 0;
    document.addEventListener("visibilitychange", this.onVisible);
    this.look();
  }

  // What is on its way is let go: an answer to another turn is not read.
  stop() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.turn = (this.turn ?? 0) + 1;
    this.timer = 0;
    this.busy = this.soon = false;
    this.wanted = this.frames = null;
  }

  // At once what would be done in a while.
  again() {
    if (this.timer) this.look();
  }

  // Now, or when the look at hand is done: never two at once.
  lookSoon() {
    if (this.busy) this.soon = true;
    else this.look();
  }

  wait(milliseconds) {
    this.timer = setTimeout(() => this.look(), document.hidden ? Math.max(HIDDEN_WAIT, milliseconds) : milliseconds);
  }

  async look() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.busy = true;
    const { turn } = this;
    let failure = null, status, isNew;
    try {
      status = await (await this.get("status")).json();
      if (turn === this.turn) isNew = await (this.options.split === "sample" ? this.snapshots(status, turn) : this.split(status, turn));
    } catch (error) {
      failure = error;
    }
    if (turn !== this.turn) return;
    this.busy = false;
    this.failures = failure ? this.failures + 1 : 0;
    if (failure) this.failed(failure instanceof Refusal ? failure.message : "The server cannot be reached. The picture goes on when it is back.");
    else this.heard(isNew ? this.frames : null, status);
    if (turn === this.turn) this.next(failure, status);
  }

  // When to look again, if at all.
  next(failure, status) {
    const { live, split } = this.options;
    if (failure) return this.wait(Math.min(LONGEST_WAIT, 1000 * 2 ** this.failures));
    if (this.soon) {
      this.soon = false;
      return this.look();
    }
    if (live && ENDED.includes(status.state)) this.ended(status.state, status.wait ?? LIVE_WAIT);
    else if (live) this.wait(status.wait ?? LIVE_WAIT);
    else if (split !== "sample" && this.making(status)) this.wait(REPLAY_WAIT);
  }

  // The snapshots that are new; says whether there are any.
  async snapshots(status, turn) {
    const newest = status.steps.at(-1) ?? -1, have = this.frames?.steps.at(-1) ?? -1;
    if (newest === have) return false;
    // Steps that go back are those of another training under the same key.
    const answer = await this.get(`frames/sample?after=${newest < have ? -1 : have}`);
    if (answer.status === 204) return false;
    return this.take(await answer.arrayBuffer(), turn, newest < have ? null : this.frames);
  }

  // All points: first as they are, and once more when their replay is ready.
  async split(status, turn) {
    const ready = status.replay.state === "ready";
    if (this.frames && (this.whole || !ready)) return false;
    const { split, view } = this.options;
    const answer = await this.get(`frames/${split}${view ? `?view=${encodeURIComponent(view)}` : ""}`);
    const bytes = await received(answer, (first) => {
      if (this.early() && this.take(first, turn, null, true)) this.heard(this.frames, status);
    });
    if (turn === this.turn) this.whole = ready;
    return this.take(bytes, turn, null);
  }

  // Whether the replay is being made, or was at the last look: it may be ready by the next.
  making({ replay }) {
    const was = this.wasMaking;
    this.wasMaking = BEING_MADE.includes(replay.state);
    return was || this.wasMaking;
  }

  take(bytes, turn, before, first = false) {
    if (turn !== this.turn) return false;
    try {
      this.frames = joined(before, readFrames(new Uint8Array(bytes), first));
    } catch {
      throw new Refusal(DAMAGED);
    }
    return true;
  }

  async get(path) {
    const answer = await fetch(`${this.options.source}/${path}`);
    if (answer.ok) return answer;
    const { error } = await answer.json().catch(() => ({}));
    throw new Refusal(error ?? `The server could not answer (${answer.status}). Try again in a moment.`);
  }
}

// The bytes of an answer. `begun` is called with them as soon as the first of several frames is there.
async function received(answer, begun) {
  const length = Number(answer.headers.get("Content-Length"));
  const packed = (answer.headers.get("Content-Encoding") ?? "identity") !== "identity";
  if (!length || packed) return new Uint8Array(await answer.arrayBuffer());
  const bytes = new Uint8Array(length), reader = answer.body.getReader();
  let at = 0, told = false;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes.set(part.value, at);
    at += part.value.length;
    if (told || at < lengthOfFirst(bytes.subarray(0, at))) continue;
    told = true;
    begun(bytes);
    await painted();
  }
  return bytes;
}

// The browser has had the time to draw what was shown.
export const painted = () => new Promise((resolve) => (document.hidden ? resolve() : requestAnimationFrame(() => setTimeout(resolve))));

export const DAMAGED = "This embedding cannot be drawn: its data are damaged.";

// What the server says in words, where it does not give what was asked for.
export class Refusal extends Error {}
