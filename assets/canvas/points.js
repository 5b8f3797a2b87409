// Draws all points into one ImageData. Each is a small disc, positioned to a quarter of a pixel so that
// slow motion is smooth, and blended over what is already there.

import { cameraAxes, EYE, project2d } from "./camera.js";
import { AGREES, DIFFERS } from "./colours.js";
import { mix } from "./theme.js";

const PHASES = 4;
const PAD = 24; // CSS pixels around the picture, so that discs need no bounds check at the edge
const SHADES = 24; // depth levels in 3-D
// Each point is slightly darker or lighter than its class colour, so that dense areas still show single points.
const GRAINS = [-0.1, -0.03, 0.04, 0.1];

// The pixels of a disc of this radius, for each of the 4 x 4 subpixel positions.
function makeStamps(radius, rowLength) {
  const reach = Math.ceil(radius + 0.5);
  const stamps = [];
  for (let phase = 0; phase < PHASES * PHASES; phase++) {
    const cx = ((phase % PHASES) + 0.5) / PHASES, cy = (Math.floor(phase / PHASES) + 0.5) / PHASES;
    const solid = [], soft = [], weights = [];
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const distance = Math.hypot(x + 0.5 - cx, y + 0.5 - cy);
        const cover = Math.min(1, Math.max(0, radius + 0.5 - distance)) * Math.min(1, 2 * radius);
        const weight = Math.round(256 * cover);
        if (weight > 244) solid.push(y * rowLength + x);
        else if (weight > 12) {
          soft.push(y * rowLength + x);
          weights.push(weight);
        }
      }
    }
    stamps.push({ solid: Int32Array.from(solid), soft: Int32Array.from(soft), weights: Int32Array.from(weights) });
  }
  return stamps;
}

// Radius in CSS pixels: large enough to fill the picture, growing with the zoom.
export function pointRadius(n, width, height, zoom) {
  const base = Math.min(2.8, Math.max(0.72, 0.3 * Math.sqrt((width * height) / Math.max(1, n))));
  return Math.min(7, Math.max(0.6, base * Math.pow(Math.max(0.2, zoom), 0.4)));
}

export class PointLayer {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  resize(width, height, ratio) {
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.pad = 2 * Math.ceil((PAD / 2) * Math.max(1, ratio));
    this.row = this.canvas.width + 2 * this.pad;
    this.rows = this.canvas.height + 2 * this.pad;
    this.image = new ImageData(this.row, this.rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.stampSets = new Map();
  }

  stamps(radius) {
    const key = radius.toFixed(2);
    if (!this.stampSets.has(key)) {
      if (this.stampSets.size > 200) this.stampSets.clear();
      this.stampSets.set(key, makeStamps(radius, this.row));
    }
    return this.stampSets.get(key);
  }

  draw(state) {
    const { frames, theme } = state;
    // Transparent, but in the background colour: soft edges blend into it.
    const [r, g, b] = theme.background;
    this.pixels.fill((b << 16) | (g << 8) | r);
    if (frames && frames.f > 0 && frames.n > 0) {
      if (frames.d === 2) this.draw2d(state);
      else this.draw3d(state);
    }
    this.context.putImageData(this.image, -this.pad, -this.pad, this.pad, this.pad, this.canvas.width, this.canvas.height);
  }

  // In a collapsed cloud the last points hide all others; drawing only those is faster.
  first(state) {
    const { n, present } = state.frames, { from, to } = between(state.playhead, present.length);
    return state.collapsed() && present[from] === n && present[to] === n ? Math.max(0, n - 500) : 0;
  }

  // A colour per label and grain, faded towards the background; cached per theme and colouring.
  colours({ theme, frames, colouring, palette }, fade) {
    const made = [theme, frames, colouring];
    if (!this.tables || made.some((value, at) => value !== this.madeFor[at])) {
      this.madeFor = made;
      this.tables = new Map();
    }
    if (!this.tables.has(fade)) {
      const { background } = theme;
      const labels = Math.max(-1, ...frames.sizes.keys()) + 1;
      const table = new Uint32Array(labels * GRAINS.length);
      for (let at = 0; at < table.length; at++) {
        const grain = GRAINS[at % GRAINS.length], colour = palette[Math.floor(at / GRAINS.length) % palette.length];
        const grained = mix(colour, grain < 0 ? [0, 0, 0] : [255, 255, 255], Math.abs(grain));
        const [r, g, b] = mix(grained, background, fade);
        table[at] = (b << 16) | (g << 8) | r;
      }
      this.tables.set(fade, table);
    }
    return this.tables.get(fade);
  }

  draw2d(state) {
    const { frames, muted, width, height } = state;
    const { n, classes } = frames;
    const { from, to, share } = between(state.playhead, frames.f);
    const before = frames.coordinates[from], after = frames.coordinates[to];
    const { ax, bx, ay, by } = project2d(state.camera, width, height);
    // To quarter pixels with one multiplication and one addition.
    const fine = PHASES * this.ratio;
    const { pixels, row, rows, pad } = this;
    const kx = ax * fine, ox = bx * fine + pad * PHASES;
    const ky = ay * fine, oy = by * fine + pad * PHASES;
    const right = (row - pad / 2) * PHASES, bottom = (rows - pad / 2) * PHASES, edge = (pad / 2) * PHASES;
    const stamps = this.stamps(state.radius() * this.ratio);
    const rest = 1 - share;
    for (const { wanted, fade } of passes(state)) {
      const colours = this.colours(state, fade);
      for (let k = this.first(state); k < n; k++) {
        const label = classes[k];
        if (muted[label] || (wanted && !wanted(k))) continue;
        const at = 2 * k;
        const x = (before[at] * rest + after[at] * share) * kx + ox;
        const y = (before[at + 1] * rest + after[at + 1] * share) * ky + oy;
        // Also skips points missing in either frame: comparisons with NaN are false.
        if (!(x > edge && x < right && y > edge && y < bottom)) continue;
        stamp(pixels, row, stamps, x | 0, y | 0, colours[(label << 2) | (k & 3)]);
      }
    }
  }

  draw3d(state) {
    const { n, classes } = state.frames;
    this.reserve(n);
    const drawn = this.sortByDepth(n, this.project(state));
    const { pixels, row, xs, ys, bins, sorted } = this;
    const base = state.radius() * this.ratio;
    for (const { wanted, fade } of passes(state)) {
      let bin = -1, stamps, colours;
      for (let i = 0; i < drawn; i++) {
        const k = sorted[i];
        if (wanted && !wanted(k)) continue;
        if (bins[k] !== bin) {
          bin = bins[k];
          const nearness = bin / (SHADES - 1);
          stamps = this.stamps(base * (0.72 + 0.56 * nearness));
          colours = this.colours(state, Math.max(fade, 0.5 * Math.pow(1 - nearness, 1.4)));
        }
        stamp(pixels, row, stamps, xs[k], ys[k], colours[(classes[k] << 2) | (k & 3)]);
      }
    }
  }

  reserve(n) {
    if (this.xs?.length >= n) return;
    this.xs = new Int32Array(n);
    this.ys = new Int32Array(n);
    this.bins = new Uint8Array(n);
    this.sorted = new Uint32Array(n);
  }

  // Each point's position in quarter pixels (xs, ys) and depth level (bins, 255 if not visible).
  // Returns the number of points per level, shifted by one.
  project(state) {
    const { frames, muted, width, height } = state;
    const { n, classes } = frames;
    const { from, to, share } = between(state.playhead, frames.f);
    const before = frames.coordinates[from], after = frames.coordinates[to];
    const { right, down, toward } = cameraAxes(state.yaw, state.pitch);
    const { centre, radius } = state.extent;
    const row3 = (axes) => [...axes, axes.reduce((sum, v, i) => sum - v * centre[i], 0)];
    const [rx, ry, rz, r0] = row3(right), [dx, dy, dz, d0] = row3(down), [tx, ty, tz, t0] = row3(toward.map((v) => v / radius));
    const fine = PHASES * this.ratio, scale = state.camera.scale * fine;
    const { row, rows, pad, xs, ys, bins } = this;
    const ox = (width / 2 + state.camera.x) * fine + pad * PHASES, oy = (height / 2 + state.camera.y) * fine + pad * PHASES;
    const xMost = (row - pad / 2) * PHASES, yMost = (rows - pad / 2) * PHASES, edge = (pad / 2) * PHASES;
    const counts = new Uint32Array(SHADES + 1);
    const rest = 1 - share;
    bins.fill(255);
    for (let k = this.first(state); k < n; k++) {
      if (muted[classes[k]]) continue;
      const at = 3 * k;
      const u = before[at] * rest + after[at] * share;
      const v = before[at + 1] * rest + after[at + 1] * share;
      const w = before[at + 2] * rest + after[at + 2] * share;
      const depth = tx * u + ty * v + tz * w + t0;
      if (depth > EYE * 0.9) continue; // behind the eye
      const near = (scale * EYE) / (EYE - depth);
      const x = (rx * u + ry * v + rz * w + r0) * near + ox;
      const y = (dx * u + dy * v + dz * w + d0) * near + oy;
      if (!(x > edge && x < xMost && y > edge && y < yMost)) continue;
      const bin = Math.max(0, Math.min(SHADES - 1, ((depth + 1) * 0.5 * SHADES) | 0));
      xs[k] = x;
      ys[k] = y;
      bins[k] = bin;
      counts[bin + 1]++;
    }
    return counts;
  }

  // Counting sort from back to front, well under a millisecond for 60,000 points. Returns how many are visible.
  sortByDepth(n, counts) {
    const { bins, sorted } = this;
    for (let bin = 0; bin < SHADES; bin++) counts[bin + 1] += counts[bin];
    const drawn = counts[SHADES];
    for (let k = 0; k < n; k++) if (bins[k] !== 255) sorted[counts[bins[k]]++] = k;
    return drawn;
  }
}

// Drawing order: selected points over the faded rest; points that differ over those that agree.
function passes({ chosen, frames, colouring }) {
  const { images, classes } = frames;
  if (chosen) {
    return [
      { wanted: (k) => !chosen[images[k]], fade: 0.8 },
      { wanted: (k) => chosen[images[k]] === 1, fade: 0 },
    ];
  }
  if (colouring === "agreement") {
    return [
      { wanted: (k) => classes[k] === AGREES, fade: 0 },
      { wanted: (k) => classes[k] === DIFFERS, fade: 0 },
    ];
  }
  return [{ wanted: null, fade: 0 }];
}

// Writes the colour where the disc covers a pixel and blends it at the rim: red and blue together, then green.
function stamp(pixels, row, stamps, x, y, colour) {
  const { solid, soft, weights } = stamps[((y & 3) << 2) | (x & 3)];
  const base = (y >> 2) * row + (x >> 2);
  const redBlue = colour & 0xff00ff, green = colour & 0x00ff00;
  const opaque = 0xff000000 | colour;
  for (let i = 0; i < solid.length; i++) pixels[base + solid[i]] = opaque;
  for (let i = 0; i < soft.length; i++) {
    const at = base + soft[i], weight = weights[i], under = pixels[at];
    const rb = under & 0xff00ff, g = under & 0x00ff00;
    pixels[at] =
      0xff000000 |
      ((rb + (Math.imul(redBlue - rb, weight) >>> 8)) & 0xff00ff) |
      ((g + (Math.imul(green - g, weight) >>> 8)) & 0x00ff00);
  }
}

// The two frames around the playhead, and how far it is from the first to the second.
export function between(playhead, f) {
  const from = Math.max(0, Math.min(f - 1, Math.floor(playhead)));
  const share = Math.min(1, Math.max(0, playhead - from));
  const to = share ? Math.min(f - 1, from + 1) : from; // on a frame only that frame counts
  return { from, to, share: to === from ? 0 : share };
}
