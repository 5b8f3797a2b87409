// When to draw: after a resize or a change, and while something moves.

import { drawGrid, drawOverlay } from "./axes.js";
import { fitCamera } from "./camera.js";
import { textUnit } from "./theme.js";

const HIGHEST_RATIO = 3; // device pixels per CSS pixel; a higher resolution looks the same

export const redrawing = {
  resize() {
    const width = this.stage.clientWidth, height = this.stage.clientHeight;
    const ratio = Math.min(HIGHEST_RATIO, window.devicePixelRatio || 1);
    if (this.theme && this.theme.unit !== textUnit()) {
      this.theme = { ...this.theme, unit: textUnit() }; // the text size arrived after the canvas
      this.redraw();
    }
    if (width === 0 || (width === this.width && height === this.height && ratio === this.ratio)) return;
    const fitted = this.width && this.extent ? fitCamera(this.extent, this.frames.d, this.width, this.height).scale : 0;
    Object.assign(this, { width, height, ratio });
    this.points.resize(width, height, ratio);
    for (const layer of [this.grid, this.points.canvas, this.overlay]) {
      layer.width = Math.round(width * ratio);
      layer.height = Math.round(height * ratio);
      // Whole pixels only: the page's columns have fractional widths, which would blur the canvas.
      Object.assign(layer.style, { width: `${width}px`, height: `${height}px` });
    }
    if (this.extent && (!this.ownCamera || !fitted)) this.settle();
    else if (this.extent) this.camera.scale *= fitCamera(this.extent, this.frames.d, width, height).scale / fitted;
    this.applyCamera();
    // Draw in the same frame: resizing clears a canvas.
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
    moving = this.easeCamera(seconds) || moving;
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
    // the timeline may have asked for the next frame already
    if (moving && this.visible && !this.request) this.request = requestAnimationFrame((next) => this.frame(next));
  },

  draw() {
    // During playback only the points move; lines and text are redrawn only when one of these changes.
    const { camera, yaw, pitch, width, height, ratio } = this;
    // Centroids and the circle around the picked point move with the points, and lines and cells fade away from the last frame.
    const { pinned } = this.selection, still = this.menu.on.has("margin") && pinned < 0 ? 1 : 0;
    const moves = this.menu.on.size > still ? this.playhead : 0;
    const drawnFor = [camera.x, camera.y, camera.scale, yaw, pitch, width, height, ratio, this.theme, this.frames, this.extent, moves, pinned, this.refreshes];
    if (!this.drawnFor || drawnFor.some((value, at) => value !== this.drawnFor[at])) {
      this.drawnFor = drawnFor;
      drawGrid(this.grid, this);
      drawOverlay(this.overlay, this);
    }
    this.points.draw(this);
    this.selection.show();
    this.showNotice();
  },

  // Redraws lines and text too, even if the camera has not moved.
  refresh() {
    this.refreshes = (this.refreshes ?? 0) + 1;
    this.redraw();
  },
};
