// Which point lies under the pointer, and which lie inside a drawn outline.

import { cameraAxes, EYE, placing, project2d } from "./camera.js";
import { between } from "./points.js";

// Screen positions of all points in CSS pixels, in draw order; NaN if not shown. Also depth in 3-D.
// into: an earlier result whose arrays are reused.
export function placesOf(state, into) {
  const { frames, muted, width, height } = state;
  const { n, d, classes } = frames;
  const { from, to, share } = between(state.playhead, frames.f);
  const before = frames.coordinates[from], after = frames.coordinates[to];
  const rest = 1 - share;
  const x = into?.x?.length === n ? into.x : new Float32Array(n), y = into?.y?.length === n ? into.y : new Float32Array(n);
  const depth = d === 3 ? (into?.depth?.length === n ? into.depth : new Float32Array(n)) : null;
  const flat = d === 2 ? project2d(state.camera, width, height) : null;
  const { right, down, toward } = cameraAxes(state.yaw, state.pitch);
  for (let k = 0; k < n; k++) {
    if (muted[classes[k]]) {
      x[k] = y[k] = NaN;
      continue;
    }
    const at = k * d;
    const u = before[at] * rest + after[at] * share, v = before[at + 1] * rest + after[at + 1] * share;
    if (flat) {
      x[k] = flat.ax * u + flat.bx;
      y[k] = flat.ay * v + flat.by;
      continue;
    }
    const { centre, radius } = state.extent;
    const w = before[at + 2] * rest + after[at + 2] * share;
    const p = u - centre[0], q = v - centre[1], r = w - centre[2];
    depth[k] = (toward[0] * p + toward[1] * q + toward[2] * r) / radius;
    const near = (state.camera.scale * EYE) / (EYE - depth[k]);
    x[k] = width / 2 + state.camera.x + (right[0] * p + right[1] * q + right[2] * r) * near;
    y[k] = height / 2 + state.camera.y + (down[0] * p + down[1] * q + down[2] * r) * near;
  }
  return { x, y, depth };
}

// Where point `index` of the input lies in CSS pixels, with its coordinates and label; null if it is missing.
export function locate(state, index) {
  const { frames } = state;
  const { from, to, share } = between(state.playhead, frames.f);
  const at = frames.rank[index] * frames.d, before = frames.coordinates[from], after = frames.coordinates[to];
  const point = frames.low.map((_, axis) => before[at + axis] * (1 - share) + after[at + axis] * share);
  if (Number.isNaN(point[0])) return null;
  return { ...placing(state)(point), point, label: frames.classes[frames.rank[index]] };
}

// The point nearest to (px, py) within `reach` pixels; in 3-D, points in front win. -1 if there is none.
export function pick(places, px, py, reach) {
  const { x, y, depth } = places;
  let best = -1, score = Infinity;
  for (let k = 0; k < x.length; k++) {
    const distance = (x[k] - px) ** 2 + (y[k] - py) ** 2;
    if (!(distance <= reach * reach)) continue;
    // one pixel of distance weighs as much as a sixtieth of the cloud's depth
    const worth = depth ? Math.sqrt(distance) - 30 * depth[k] : distance;
    if (worth < score) [best, score] = [k, worth];
  }
  return best;
}

// Up to `most` points, nearest to (px, py) first.
export function byDistance(places, px, py, most) {
  const { x, y } = places;
  const near = [];
  for (let k = 0; k < x.length; k++) if (x[k] === x[k]) near.push([(x[k] - px) ** 2 + (y[k] - py) ** 2, k]);
  near.sort((a, b) => a[0] - b[0]);
  return near.slice(0, most).map(([, k]) => k);
}

// The points inside a polygon [[x, y], ...], by the even-odd rule.
export function within(places, corners) {
  const { x, y } = places;
  const xs = corners.map(([cx]) => cx), ys = corners.map(([, cy]) => cy);
  const left = Math.min(...xs), right = Math.max(...xs), top = Math.min(...ys), bottom = Math.max(...ys);
  const found = [];
  for (let k = 0; k < x.length; k++) {
    const px = x[k], py = y[k];
    if (!(px >= left && px <= right && py >= top && py <= bottom)) continue;
    let inside = false;
    for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
      if (ys[i] > py !== ys[j] > py && px < ((xs[j] - xs[i]) * (py - ys[i])) / (ys[j] - ys[i]) + xs[i]) inside = !inside;
    }
    if (inside) found.push(k);
  }
  return found;
}
