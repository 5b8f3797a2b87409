// Fetches the frames of a run from the app's own routes, so that watching a run causes no script reruns.

import { appended, lengthOfFirst, noFrames, readFrames } from "./frames.js";

const REPLAY_WAIT = 1000; // milliseconds between polls of a replay being computed; for a live run the server names them
const HIDDEN_WAIT = 10000; // while the page is hidden
const LONGEST_WAIT = 30000; // after repeated failures
const ENDED = new Set(["done", "failed", "cancelled"]);
const BEING_MADE = new Set(["waiting", "computing"]);

export class Fetching {
  // onFrames(frames, status): all frames so far (null if nothing is new) and the run's status
  // onNews(moved): a live run has something new for its page: progress, another place in the queue, its end
  // onError(sentence)
  // wantsFirst(): whether to deliver the first frame while the others are still loading
  constructor({ onFrames, onNews, onError, wantsFirst }) {
    Object.assign(this, { onFrames, onNews, onError, wantsFirst });
    this.onVisible = () => {
      if (!document.hidden) this.again();
    };
  }

  follow(options) {
    const wanted = JSON.stringify([options.source, options.split, options.reduction]);
    const { live } = this.options ?? {};
    this.options = options;
    if (wanted === this.wanted) {
      if (options.live !== live) this.pollSoon();
      return;
    }
    this.stop();
    this.wanted = wanted;
    this.whole = false; // whether the replay of all points has been loaded
    this.wasMaking = false;
    this.failures = 0;
    this.called = performance.now(); // the page has just been drawn
    this.moved = null; // what it was called for last
    document.addEventListener("visibilitychange", this.onVisible);
    window.addEventListener("online", this.onVisible);
    this.poll();
  }

  // Responses still in flight are ignored: they belong to an earlier turn.
  stop() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
    window.removeEventListener("online", this.onVisible);
    this.turn = (this.turn ?? 0) + 1;
    this.timer = 0;
    this.busy = this.soon = false;
    this.wanted = this.frames = null;
  }

  // Polls now instead of after the pending wait.
  again() {
    if (this.timer) this.poll();
  }

  // Polls now, or right after the poll in flight: never two at a time.
  pollSoon() {
    if (this.busy) this.soon = true;
    else this.poll();
  }

  wait(milliseconds) {
    this.timer = setTimeout(() => this.poll(), document.hidden ? Math.max(HIDDEN_WAIT, milliseconds) : milliseconds);
  }

  async poll() {
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
    if (failure && this.frames?.partial) this.frames = null; // the rest never came: load it again
    if (failure) this.onError(failure instanceof Refusal ? failure.message : "The server cannot be reached. The picture goes on when it is back.");
    else this.onFrames(isNew ? this.frames : null, status);
    if (turn === this.turn) this.next(failure, status);
  }

  // Schedules the next poll, if any.
  next(failure, status) {
    const { live, split } = this.options;
    if (failure) {
      // the page has to say it as well: its run may be gone
      if (live && failure instanceof Refusal) this.callPage({ state: "failed", moved: failure.message, page: 0, silence: LONGEST_WAIT });
      return this.wait(Math.min(LONGEST_WAIT, 1000 * 2 ** this.failures));
    }
    if (this.soon) {
      this.soon = false;
      return this.poll();
    }
    if (live) {
      this.callPage(status);
      this.wait(status.wait);
    } else if (split !== "sample" && (this.making(status) || !this.frames)) this.wait(REPLAY_WAIT);
  }

  // Calls for the page at most every `page` milliseconds, but at once when the run ends; and without news after
  // `silence`, so that the server knows that the session still waits.
  callPage({ state, moved, page, silence }) {
    const now = performance.now(), since = now - this.called, news = moved !== this.moved;
    if (!(news && (since >= page || ENDED.has(state))) && since < silence) return;
    this.called = now;
    this.moved = moved;
    this.onNews(moved);
  }

  // Fetches new snapshots; returns whether there were any.
  async snapshots(status, turn) {
    const newest = status.steps.at(-1) ?? -1, have = this.frames?.steps.at(-1) ?? -1;
    if (newest === have) return false;
    if (newest < 0) { // queued again: these points are those of the attempt before
      this.frames = noFrames();
      return true;
    }
    // Steps that go backwards mean that the run was trained again.
    const answer = await this.get(`frames/sample?after=${newest < have ? -1 : have}`);
    if (answer.status === 204) return false;
    return this.take(await answer.arrayBuffer(), turn, newest < have ? null : this.frames);
  }

  // Fetches all points: once as they are, and again when the replay is ready.
  async split(status, turn) {
    const ready = status.replay.state === "ready";
    if (this.frames && (this.whole || !ready)) return false;
    const { split, reduction } = this.options;
    const answer = await this.get(`frames/${split}${reduction ? `?reduction=${encodeURIComponent(reduction)}` : ""}`);
    if (answer.status === 204) return false; // it is being trained again
    const bytes = await received(answer, (first) => {
      if (this.wantsFirst() && this.take(first, turn, null, true)) this.onFrames(this.frames, status);
    });
    if (turn === this.turn) this.whole = ready;
    return this.take(bytes, turn, null);
  }

  // Whether the replay is being computed, or was at the last poll: it may be ready by the next.
  making({ replay }) {
    const was = this.wasMaking;
    this.wasMaking = BEING_MADE.has(replay.state);
    return was || this.wasMaking;
  }

  take(bytes, turn, before, first = false) {
    if (turn !== this.turn) return false;
    try {
      this.frames = appended(before, readFrames(new Uint8Array(bytes), first));
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

// The bytes of a response. `begun` is called with them as soon as the first of several frames has arrived.
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

// Resolves once the browser has painted the latest changes.
export const painted = () => new Promise((resolve) => (document.hidden ? resolve() : requestAnimationFrame(() => setTimeout(resolve))));

export const DAMAGED = "This embedding cannot be drawn: its data are damaged.";

// An error that the server explains in a sentence.
export class Refusal extends Error {}
