// When something is drawn: at a new size, and for as long as something moves.

import { drawGrid, drawOverlay } from "./axes.js";
import { fitView } from "./view.js";

const HIGHEST_RATIO = 3; // device pixels a CSS pixel beyond which nobody sees a difference

export const redrawing = {
  resize() {
    const width = this.stage.clientWidth, height = this.stage.clientHeight;
    const ratio = Math.min(HIGHEST_RATIO, window.devicePixelRatio || 1);
    if (width === 0 || (width === this.width && height === this.height && ratio === this.ratio)) return;
    const fitted = this.width && this.extent ? fitView(this.extent, this.frames.d, this.width, this.height).scale : 0;
    Object.assign(this, { width, height, ratio });
    this.points.resize(width, height, ratio);
    for (const canvas of [this.grid, this.points.canvas, this.overlay]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      // Not the share of a pixel that the page's columns leave over: it would blur all others.
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    if (this.extent && (!this.ownView || !fitted)) this.settle();
    else if (this.extent) this.view.scale *= fitView(this.extent, this.frames.d, width, height).scale / fitted;
    this.takePlace();
    // Drawn in the same frame: a resized canvas is empty until then.
    if (this.theme) this.draw();
    this.ratioQuery?.removeEventListener("change", this.onRatio);
    this.ratioQuery = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    this.onRatio = () => this.resize();
    this.ratioQuery.addEventListener("change", this.onRatio);
  },

  redraw() {
    this.dirty = true;
    if (!this.request) this.request = requestAnimationFrame((now) => this.frame(now));
  },

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
  },

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
  },

  // Lines and letters anew, though the view has not moved.
  refresh() {
    this.drawnAnew = (this.drawnAnew ?? 0) + 1;
    this.redraw();
  },
};
