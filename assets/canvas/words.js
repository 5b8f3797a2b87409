// The picture in words: for screen readers, for the sentence over an unusual picture, and for tests.

const words = {
  // Whether all points of the frame shown are the same to within the last digit that was sent.
  collapsed() {
    const { count: finite, spread } = this.summaryAt(Math.round(this.playhead));
    return finite > 1 && spread <= Math.hypot(...this.frames.high.map((high, axis) => (high - this.frames.low[axis]) / LEVELS));
  },

  // What is unusual about the frame shown, or nothing.
  remark() {
    const { frames } = this;
    if (this.failure) return this.failure;
    if (!frames || frames.n === 0 || frames.f === 0) {
      if (frames?.options.live) return "No points yet: the first snapshot is on its way.";
      return frames?.options.source ? "Loading the points …" : "There are no points to show.";
    }
    const { count: finite } = this.summaryAt(Math.round(this.playhead));
    if (finite === 0) return "No point has finite coordinates: the training has diverged. Try a lower learning rate.";
    if (this.collapsed()) return "All points lie in one place: the embedding has collapsed.";
    if (frames.missing) return `${count(frames.missing)} of ${count(frames.n)} points have no finite coordinates and are not drawn.`;
    return "";
  },

  // How far the replay of all points has come, where it is being made.
  replayWords() {
    const { state, done, of } = this.progress ?? {};
    if (this.frames?.options.live || !["waiting", "computing"].includes(state)) return "";
    return state === "waiting" ? "Replay of all points: waits for trainings to end" : `Replay of all points: ${done} of ${of}`;
  },

  showNotice() {
    const progress = this.replayWords();
    if (this.replayLine.textContent !== progress) this.replayLine.textContent = progress;
    this.replayLine.hidden = progress === "";

    const text = this.remark();
    if (this.notice.textContent !== text) this.notice.textContent = text;
    this.notice.hidden = text === "";
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
      if (this.selecting.count) parts.push(`${count(this.selecting.count)} points are selected.`);
      if (this.selecting.pinned >= 0) parts.push(this.pinnedSentence());
      const hidden = this.legend.hiddenNames();
      if (hidden.length) parts.push(`Hidden: ${hidden.join(", ")}.`);
    }
    if (remark) parts.push(remark);
    return parts.join(" ");
  },

  pinnedSentence() {
    const { frames, selecting } = this;
    const k = selecting.placeOf(selecting.pinned);
    const name = (label) => frames.options.class_names?.[label] ?? String(label);
    const cluster = frames.hasClusters ? `, in the cluster matched to ${name(frames.clusters[k])}` : "";
    return `Picked: image ${count(selecting.pinned)}, a ${name(frames.digits[k])}${cluster}.`;
  },

  // The label of the picture is always current; spoken at once only where the visitor caused it
  // or the run changed, otherwise not more often than every ten seconds.
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

  // Where point `index` of the input lies, in CSS pixels of the picture and in its own pixels.
  locate(index) {
    const { frames } = this;
    const { from, to, share } = between(this.playhead, frames.f);
    const k = frames.rank[index], at = (frame, axis) => frames.levels[(frame * frames.n + k) * frames.d + axis];
    if (at(from, 0) === MISSING || at(to, 0) === MISSING) return null;
    const point = frames.low.map((low, axis) => low + ((at(from, axis) * (1 - share) + at(to, axis) * share) / LEVELS) * (frames.high[axis] - low));
    let place;
    if (frames.d === 3) place = project3d(this, point);
    else {
      const { ax, bx, ay, by } = project2d(this.view, this.width, this.height);
      place = { x: ax * point[0] + bx, y: ay * point[1] + by };
    }
    const label = frames.classes[k];
    return { ...place, point, label, px: Math.floor(place.x * this.ratio), py: Math.floor(place.y * this.ratio), shown: !this.muted[label] };
  },

  report() {
    const { view, yaw, pitch, turning, width, height, ratio, ownView } = this;
    const { clock, playing, following, speed, repeat, steps } = this.timeline;
    const { pinned, count: selected, hovered, mode } = this.selecting;
    const palette = this.palette, background = this.theme.background;
    return { view, yaw, pitch, turning, width, height, ratio, ownView, playhead: this.playhead, clock, playing, following, speed, repeat, steps, palette, background, extent: this.extent, zoom: this.extent ? this.zoom() : 1, n: this.frames?.n ?? 0, pinned, selected, hovered, mode, colouring: this.colouring, overlays: [...this.menu.on] };
  },
};
