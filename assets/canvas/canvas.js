// The embedding canvas: one instance a mounted component, redrawn only while something changes.

const HIGHEST_RATIO = 3; // device pixels a CSS pixel beyond which nobody sees a difference
const QUIET = 10000; // milliseconds between two announcements that nobody asked for

class EmbeddingCanvas {
  constructor(root) {
    this.root = root;
    const find = (selector) => root.querySelector(selector);
    this.stage = find(".stage");
    this.grid = find(".grid");
    this.overlay = find(".overlay");
    this.notice = find(".notice");
    this.status = find(".status");
    this.replayLine = find(".replay");
    this.turnButton = find(".turn");
    this.points = new PointLayer(find(".points"));
    this.overlays = new Overlays(() => this.refresh());
    this.menu = new Menu(root, (what) => this.onMenu(what));
    this.timeline = new Timeline(root, (atRest) => this.onTimeline(atRest));
    this.legend = new Legend(root, () => this.onLegend());
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.motion.onchange = () => this.onMotion();
    this.fetching = new Fetching(
      (bytes, status) => this.hear(bytes, status),
      (state) => this.component.setTriggerValue("ended", state),
      (words) => {
        this.failure = words;
        this.redraw();
      },
    );
    this.frames = null;
    this.width = this.height = 0;
    this.view = { x: 0, y: 0, scale: 1 };
    this.yaw = 0.6;
    this.pitch = 0.42;
    this.ownView = false; // the visitor moved or zoomed: leave the view alone
    this.turning = false;
    this.visible = true;
    this.work = [];
    this.selecting = new Selecting(root, this, (selection) => this.component.setStateValue("selection", selection));
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
    // For tests: where a point of the input lies, and what a frame costs.
    root.contrastiveCanvas = {
      locate: (index) => this.locate(index),
      state: () => this.report(),
      work: () => this.work.slice(),
    };
  }

  // Runs on every change of the data or the theme, and whenever Streamlit feels like it.
  update(component) {
    this.component = component; // its setStateValue and setTriggerValue are for selections
    const { data } = component;
    if (!this.loaded || !sameBytes(data, this.data)) {
      this.loaded = true;
      this.data = data;
      const given = data?.length ? readFrames(data).options : {};
      if (given.source) {
        this.given = given;
        this.fetching.follow(given);
        if (this.frames?.options.run !== given.run) this.load(data);
      } else {
        this.fetching.stop();
        this.load(data);
      }
    }
    this.theme = readTheme(this.root, this.classes.length);
    this.root.classList.toggle("dark", this.theme.dark);
    this.legend.show(this.classes, this.theme, this.palette);
    this.resize();
    this.redraw();
  }

  // What was fetched, under the options that came with the page.
  hear(bytes, status) {
    this.progress = status.replay;
    this.failure = "";
    if (bytes) {
      this.load(bytes, this.given);
      this.legend.show(this.classes, this.theme, this.palette);
      this.resize();
    }
    this.redraw();
  }

  load(bytes, options) {
    const before = this.frames;
    this.frames = null;
    this.failure = "";
    try {
      if (bytes && bytes.length) this.frames = readFrames(bytes);
      if (options) this.frames.options = options;
    } catch (error) {
      this.failure = "This embedding cannot be drawn: its data are damaged.";
    }
    const { frames } = this;
    options = frames?.options ?? {};
    const sameRun = Boolean(before && frames && before.options.run === options.run && before.d === frames.d && before.f);
    if (!sameRun) this.menu.reset(options);
    if (frames) this.menu.offer(options, frames);
    this.group();
    this.summaries = new Map();
    this.root.style.setProperty("--stage-height", `${options.height ?? 520}px`);
    this.goal = frames ? extentOf(frames) : null;
    const steps = frames && frames.n ? frames.steps : [];
    if (sameRun) {
      this.timeline.extend(steps, Boolean(options.live), this.motion.matches);
      if (this.motion.matches && !this.ownView) this.settle();
    } else {
      this.timeline.start(steps, Boolean(options.live), this.motion.matches);
      this.legend.reset();
      this.selecting.reset();
      this.overlays.clear();
      this.ownView = false;
      this.yaw = 0.6;
      this.pitch = 0.42;
      this.settle();
      this.setTurning(frames?.d === 3 && frames.n > 0 && !this.motion.matches);
    }
    if (frames) this.selecting.use(frames);
    this.overlays.on = this.menu.on;
    if (frames) this.overlays.want(frames.options);
    this.turnButton.hidden = frames?.d !== 3;
    this.describe(!sameRun || before.options.live !== options.live);
  }

  // Groups the points by what they are coloured by.
  group() {
    if (this.frames) colourBy(this.frames, this.colouring);
    this.classes = this.frames ? groupsOf(this.frames, this.colouring) : [];
  }

  // The view at once where it is going to.
  settle() {
    this.extent = this.goal;
    if (this.extent && this.width) this.view = fitView(this.extent, this.frames.d, this.width, this.height);
  }

  resize() {
    const width = this.stage.clientWidth, height = this.stage.clientHeight;
    const ratio = Math.min(HIGHEST_RATIO, window.devicePixelRatio || 1);
    if (width === 0 || (width === this.width && height === this.height && ratio === this.ratio)) return;
    const fitted = this.width && this.extent ? fitView(this.extent, this.frames.d, this.width, this.height).scale : 0;
    Object.assign(this, { width, height, ratio });
    this.points.resize(width, height, ratio);
    for (const canvas of [this.grid, this.overlay]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    if (this.extent && (!this.ownView || !fitted)) this.settle();
    else if (this.extent) this.view.scale *= fitView(this.extent, this.frames.d, width, height).scale / fitted;
    // Drawn in the same frame: a resized canvas is empty until then.
    if (this.theme) this.draw();
    this.ratioQuery?.removeEventListener("change", this.onRatio);
    this.ratioQuery = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    this.onRatio = () => this.resize();
    this.ratioQuery.addEventListener("change", this.onRatio);
  }

  redraw() {
    this.dirty = true;
    if (!this.request) this.request = requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.request = 0;
    const seconds = this.lastFrame ? Math.min(0.1, (now - this.lastFrame) / 1000) : 1 / 60;
    let moving = this.timeline.tick(seconds);
    moving = this.easeView(seconds) || moving;
    if (this.turning) {
      this.yaw += 0.14 * seconds;
      moving = true;
    }
    if ((this.dirty || moving) && this.theme && this.width) {
      const start = performance.now();
      this.draw();
      this.work.push(performance.now() - start);
      if (this.work.length > 600) this.work.shift();
    }
    this.dirty = false;
    this.lastFrame = moving && this.visible ? now : 0;
    if (moving && this.visible) this.request = requestAnimationFrame((next) => this.frame(next));
  }

  draw() {
    // While it plays only the points move; lines and letters are drawn again when the view does.
    const { view, yaw, pitch, width, height, ratio } = this;
    // Centroids move with the points, and lines and cells fade when the points leave the last frame.
    const moves = this.menu.on.size > (this.menu.on.has("margin") ? 1 : 0) ? this.playhead : 0;
    const lines = [view.x, view.y, view.scale, yaw, pitch, width, height, ratio, this.theme, this.frames, this.extent, moves, this.drawnAnew];
    if (!this.lines || lines.some((value, at) => value !== this.lines[at])) {
      this.lines = lines;
      drawGrid(this.grid, this);
      drawOverlay(this.overlay, this);
    }
    this.points.draw(this);
    this.selecting.show();
    this.showNotice();
  }

  // Lines and letters anew, though the view has not moved.
  refresh() {
    this.drawnAnew = (this.drawnAnew ?? 0) + 1;
    this.redraw();
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

  zoom() {
    return this.view.scale / fitView(this.extent, this.frames.d, this.width, this.height).scale;
  }

  // A collapsed cloud is one point: large enough to be found.
  radius() {
    return this.collapsed() ? 5 : pointRadius(this.frames.n, this.width, this.height, this.zoom());
  }

  easeView(seconds) {
    if (this.ownView || !this.extent || !this.width) return false;
    const target = fitView(this.goal, this.frames.d, this.width, this.height);
    const distance = (Math.abs(this.view.x - target.x) + Math.abs(this.view.y - target.y)) * (this.frames.d === 2 ? target.scale : 1);
    if (this.extent === this.goal && distance < 0.3 && Math.abs(Math.log(this.view.scale / target.scale)) < 1e-3) return false;
    const share = this.motion.matches ? 1 : 1 - Math.exp(-seconds * 7);
    const toward = (a, b) => a + (b - a) * share;
    this.view = {
      x: toward(this.view.x, target.x),
      y: toward(this.view.y, target.y),
      scale: this.view.scale * Math.pow(target.scale / this.view.scale, share),
    };
    const close = Math.abs(this.extent.radius / this.goal.radius - 1) < 1e-3 || share === 1;
    this.extent = close && distance < 0.6 ? this.goal : {
      low: this.extent.low.map((v, axis) => toward(v, this.goal.low[axis])),
      high: this.extent.high.map((v, axis) => toward(v, this.goal.high[axis])),
      centre: this.extent.centre.map((v, axis) => toward(v, this.goal.centre[axis])),
      radius: toward(this.extent.radius, this.goal.radius),
    };
    return true;
  }

  touched() {
    this.setTurning(false);
  }

  setTurning(turning) {
    this.turning = Boolean(turning);
    this.turnButton.setAttribute("aria-pressed", String(this.turning));
    if (this.turning) this.redraw();
  }

  drag(dx, dy, shift) {
    if (!this.extent) return;
    if (this.frames.d === 3 && !shift) {
      this.yaw -= dx * 0.008;
      this.pitch = Math.max(-1.5, Math.min(1.5, this.pitch + dy * 0.008));
    } else {
      this.ownView = true;
      this.view = panBy(this.view, this.frames.d, dx, dy);
    }
    this.redraw();
  }

  zoomBy(factor, x = this.width / 2, y = this.height / 2) {
    if (!this.extent) return;
    const zoom = this.zoom();
    const allowed = Math.max(0.25, Math.min(this.frames.d === 3 ? 12 : 400, zoom * factor)) / zoom;
    this.ownView = true;
    this.view = zoomAt(this.view, this.frames.d, allowed, x, y, this.width, this.height);
    this.touched();
    this.redraw();
  }

  reset() {
    this.ownView = false;
    this.redraw();
  }

  togglePlay() {
    if (this.timeline.last > 0) this.timeline.toggle();
  }

  onTimeline(atRest) {
    if (atRest) this.describe(false);
    this.redraw();
  }

  onLegend() {
    this.describe(true);
    this.refresh();
  }

  onMenu(what) {
    if (what === "colouring") {
      this.group();
      this.legend.reset();
      this.legend.show(this.classes, this.theme, this.palette);
    }
    this.overlays.want(this.frames.options);
    this.describe(true);
    this.refresh();
  }

  onSelection() {
    this.describe(true);
    this.redraw();
  }

  save() {
    if (this.frames) savePicture([this.grid, this.points.canvas, this.overlay], this.theme, this.frames.options.title || "Embedding");
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
    this.fetching.stop();
    this.overlays.clear();
    this.selecting.images.clear();
    cancelAnimationFrame(this.request);
    this.request = -1;
    this.resizing.disconnect();
    this.watching.disconnect();
    this.ratioQuery?.removeEventListener("change", this.onRatio);
    this.motion.onchange = null;
    clearTimeout(this.later);
  }
}

Object.assign(EmbeddingCanvas.prototype, words);

const instances = new WeakMap();

export default function (component) {
  const { parentElement } = component;
  const root = parentElement.querySelector(".cl-canvas");
  if (!root) return;
  let canvas = instances.get(parentElement);
  if (canvas?.root !== root) {
    canvas?.destroy();
    canvas = new EmbeddingCanvas(root);
    instances.set(parentElement, canvas);
  }
  canvas.update(component);
  return () => {
    instances.get(parentElement)?.destroy();
    instances.delete(parentElement);
  };
}
