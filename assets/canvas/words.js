// The picture in words: for screen readers, and for the notes over it.

import { NO_CLUSTER } from "./colours.js";
import { isCoarse, resolution } from "./measures.js";
import { OVERLAYS } from "./overlays.js";
import { count } from "./timeline.js";

const QUIET = 10000; // milliseconds between announcements that the visitor did not cause

// The name of a class as it is spoken, as `core.data.with_article`.
function withArticle(name) {
  return /^[aeiou8お]|^1[18]$/i.test(name) ? `an ${name}` : `a ${name}`;
}

export const words = {
  // Whether all points of the current frame coincide.
  collapsed() {
    const { count: there, spread } = this.summaryAt(Math.round(this.playhead));
    return there > 1 && spread <= resolution(this.frames);
  },

  // What is unusual about the current frame, or "".
  remark() {
    const { frames } = this;
    if (this.failure) return this.failure;
    if (!frames || frames.n === 0 || frames.f === 0) {
      if (frames?.options.live) return "No points yet: the first snapshot is on its way.";
      if (!frames?.options.source || frames.f) return "There are no points to show.";
      return this.isComing() ? "Loading the points …" : "No points: this run ended before its first snapshot.";
    }
    const there = frames.present[Math.round(this.playhead)];
    if (there === 0) return "No point has finite coordinates: the training has diverged. Try a lower learning rate.";
    if (this.collapsed()) {
      return isCoarse(frames) ? "All points lie in one place, as far as this picture can show." : "All points lie in one place: the embedding has collapsed.";
    }
    if (there === frames.n || this.isPartial()) return "";
    return `${count(frames.n - there)} of ${count(frames.n)} points have no finite coordinates and are not drawn.`;
  },

  // Whether points are still loading: a finished run has some; a stopped one may have none, as its status tells.
  isComing() {
    return this.frames.options.split !== "sample" || !this.progress;
  },

  // Whether the current frame has only a sample of the points.
  isPartial() {
    const { options, present, f } = this.frames;
    return Boolean(options.source) && present[Math.round(this.playhead)] < present[f - 1];
  },

  // Progress of the replay of all points, and what is shown until it is ready.
  newsWords() {
    const { frames } = this;
    if (this.failure || !frames?.f || frames.options.live) return "";
    const { state, done, of } = this.progress ?? {};
    const making = { waiting: "waiting for trainings to end", computing: `${done} of ${of}` }[state];
    const usual = !frames.options.reduction && frames.options.split !== "sample"; // no replay is made for other reductions
    if (this.isPartial()) {
      const sample = `${count(frames.present[Math.round(this.playhead)])} of the points`;
      if (!usual || !making) return `Before the last step: ${sample}.`;
      return `Earlier steps show ${sample} until the replay of all is ready: ${making}.`;
    }
    if (usual && state === "failed") return "The replay of all points could not be made.";
    return usual && making ? `Replay of all points: ${making}` : "";
  },

  showNotice() {
    const news = [this.unsaved, this.newsWords(), this.frames?.d === 2 ? this.overlays.remark() : ""].filter(Boolean).join(" ");
    if (this.news.textContent !== news) this.news.textContent = news;
    this.news.hidden = news === "";
    const text = this.remark();
    if (this.sentences.textContent !== text) this.sentences.textContent = text;
    this.notice.hidden = text === "";
    this.notice.classList.toggle("loading", !this.failure && !this.frames?.f);
    this.retry.hidden = !(this.failure && this.frames?.options.source);
  },

  sentence() {
    const { frames } = this;
    const { title, description } = frames?.options ?? {};
    const parts = [title, description].filter(Boolean).map((text) => (/[.!?]$/.test(text) ? text : `${text}.`));
    const remark = this.remark();
    if (frames && frames.n && frames.f) {
      const shown = this.classes.filter(({ size }) => size > 0);
      const names = shown.length <= 12 ? ` (${shown.map(({ name }) => name).join(", ")})` : "";
      parts.push(`${count(frames.n)} points of ${shown.length} ${shown.length === 1 ? "class" : "classes"}${names} in ${frames.d} dimensions.`);
      const { spread, count: finite } = this.summaryAt(Math.round(this.playhead));
      if (finite) parts.push(`Spread ${Number(spread.toPrecision(3))}, the root mean square distance from the centre.`);
      if (frames.f > 1 || frames.options.live) parts.push(`Training ${this.timeline.text()}.`);
      if (this.colouring !== "digit") parts.push(`Coloured by ${this.colouring}: ${this.classes.map(({ name, size }) => `${name} ${count(size)}`).join(", ")}.`);
      if (this.selection.count) parts.push(this.selection.count === 1 ? "1 point is selected." : `${count(this.selection.count)} points are selected.`);
      if (this.selection.pinned >= 0) parts.push(this.pinnedSentence());
      const hidden = this.legend.hiddenNames();
      if (hidden.length) parts.push(`Hidden: ${hidden.join(", ")}.`);
      const over = [...this.menu.on].filter((name) => this.menu.offered.has(name)).map((name) => OVERLAYS[name].toLowerCase());
      if (this.held) parts.push("The scale is held over runs.");
      if (over.length) parts.push(`Overlays: ${over.join(", ")}.`);
    }
    parts.push(...[remark, this.unsaved, this.newsWords(), this.overlays.remark()].filter(Boolean));
    return parts.join(" ");
  },

  // Help on the keys.
  keys() {
    const { selectable, telling } = this.frames?.options ?? {};
    return [
      "Embedding view. Arrow keys move or turn it, plus and minus zoom, 0 shows everything, F fills the screen, the space bar plays.",
      selectable && "Enter picks the point in the middle, N and P the next and the previous one, Escape clears the selection.",
      telling && "S selects the hundred points around it, L and B turn on the lasso and the box.",
    ].filter(Boolean).join(" ");
  },

  pinnedSentence() {
    const { frames, selection } = this;
    const k = selection.placeOf(selection.pinned);
    const name = (label) => frames.options.class_names?.[label] ?? String(label);
    const matched = frames.clusters[k] === NO_CLUSTER ? ", in a cluster matched to no class" : `, in the cluster matched to ${name(frames.clusters[k])}`;
    return `Picked: image ${count(selection.numberOf(k))}, ${withArticle(name(frames.digits[k]))}${frames.hasClusters ? matched : ""}.`;
  },

  // The picture's label is always current. Changes that the visitor caused and new runs are announced at once,
  // others at most every ten seconds.
  describe(atOnce) {
    this.points.canvas.setAttribute("aria-label", this.sentence());
    const speak = () => {
      this.spoken = performance.now();
      this.later = 0;
      this.status.textContent = this.sentence();
    };
    clearTimeout(this.later);
    const wait = atOnce ? 300 : Math.max(300, QUIET - (performance.now() - (this.spoken ?? -QUIET)));
    this.later = setTimeout(speak, wait);
  },
};
