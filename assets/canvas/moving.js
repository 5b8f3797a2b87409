// Moves the camera: by hand, or eased to where all points are visible.

import { extentOf, fitCamera, panBy, zoomAt } from "./camera.js";

// Clamps a zoom to useful values; 1 shows everything.
export function clampZoom(zoom, d) {
  return Math.max(0.25, Math.min(d === 3 ? 12 : 400, zoom));
}

export const moving = {
  // Jumps to where the camera is heading.
  settle() {
    this.extent = this.goal;
    if (this.extent && this.width) this.camera = fitCamera(this.extent, this.frames.d, this.width, this.height);
  },

  zoom() {
    return this.camera.scale / fitCamera(this.extent, this.frames.d, this.width, this.height).scale;
  },

  easeCamera(seconds) {
    if (this.ownCamera || !this.extent || !this.width) return false;
    const target = fitCamera(this.goal, this.frames.d, this.width, this.height);
    const distance = (Math.abs(this.camera.x - target.x) + Math.abs(this.camera.y - target.y)) * (this.frames.d === 2 ? target.scale : 1);
    if (this.extent === this.goal && distance < 0.3 && Math.abs(Math.log(this.camera.scale / target.scale)) < 1e-3) return false;
    const share = this.motion.matches ? 1 : 1 - Math.exp(-seconds * 7);
    const toward = (a, b) => a + (b - a) * share;
    this.camera = {
      x: toward(this.camera.x, target.x),
      y: toward(this.camera.y, target.y),
      scale: this.camera.scale * Math.pow(target.scale / this.camera.scale, share),
    };
    const close = Math.abs(this.extent.radius / this.goal.radius - 1) < 1e-3 || share === 1;
    this.extent = close && distance < 0.6 ? this.goal : {
      low: this.extent.low.map((v, axis) => toward(v, this.goal.low[axis])),
      high: this.extent.high.map((v, axis) => toward(v, this.goal.high[axis])),
      centre: this.extent.centre.map((v, axis) => toward(v, this.goal.centre[axis])),
      radius: toward(this.extent.radius, this.goal.radius),
    };
    return true;
  },

  // Where the camera heads: to all points, or with a held scale to as much space as before, around their centre.
  goalOf(frames) {
    const extent = extentOf(frames), { held } = this;
    if (!held || held.d !== frames.d || held.reduction !== frames.options.reduction) return extent;
    return {
      low: extent.centre.map((middle, axis) => middle - held.half[axis]),
      high: extent.centre.map((middle, axis) => middle + held.half[axis]),
      centre: extent.centre,
      radius: Math.hypot(...held.half),
    };
  },

  // Holds the scale as it is now, or lets it fit each run again.
  holdScale(hold) {
    if (!this.extent) return;
    const { d, options } = this.frames, zoom = d === 2 ? this.zoom() : 1;
    const half = this.extent.low.map((low, axis) => (this.extent.high[axis] - low) / 2 / zoom);
    this.held = hold ? { d, reduction: options.reduction, half } : null;
    this.goal = this.goalOf(this.frames);
  },

  touched() {
    this.setTurning(false);
  },

  setTurning(turning) {
    this.turning = Boolean(turning);
    this.turnButton.setAttribute("aria-pressed", String(this.turning));
    if (this.turning) this.redraw();
  },

  drag(dx, dy, shift) {
    if (!this.extent) return;
    this.pending = null;
    if (this.frames.d === 3 && !shift) {
      this.yaw -= dx * 0.008;
      this.pitch = Math.max(-1.5, Math.min(1.5, this.pitch + dy * 0.008));
    } else {
      this.ownCamera = true;
      this.camera = panBy(this.camera, this.frames.d, dx, dy);
    }
    this.redraw();
  },

  zoomBy(factor, x = this.width / 2, y = this.height / 2) {
    if (!this.extent) return;
    const zoom = this.zoom();
    const allowed = clampZoom(zoom * factor, this.frames.d) / zoom;
    this.pending = null;
    this.ownCamera = true;
    this.camera = zoomAt(this.camera, this.frames.d, allowed, x, y, this.width, this.height);
    this.touched();
    this.redraw();
  },

  reset() {
    this.pending = null;
    this.ownCamera = false;
    this.menu.holds = false;
    this.menu.mark();
    this.holdScale(false);
    this.redraw();
  },
};
