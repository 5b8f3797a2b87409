// Overlays above and below the points: centroids, density lines, Voronoi cells, the visitor's own image.

import { placing, project2d } from "./camera.js";
import { Refusal } from "./fetching.js";
import { drawMark } from "./mark.js";
import { means } from "./measures.js";
import { between } from "./points.js";
import { css, lettering, mix } from "./theme.js";

export const OVERLAYS = { margin: "Margin", centroids: "Centroids", contours: "Density lines", cells: "Voronoi cells", mark: "Your image" };
const ADDRESSES = {
  contours: { shapes: "lines", query: ({ reduction }) => (reduction ? { reduction } : {}) },
  cells: { shapes: "cells", query: ({ reduction, per_class }) => ({ ...(reduction && { reduction }), per_class: per_class ?? 0 }) },
};
const MANY_CELLS = 8000; // above this, cells come from a bitmap that is redrawn once the camera rests

export class Overlays {
  constructor(arrived) {
    this.arrived = arrived;
    this.given = {}; // shapes embedded in a page without a server, in the routes' format
    this.on = new Set();
    this.clear();
  }

  clear() {
    this.shapes = {}; // contours, cells: { paths: label -> Path2D, count } once loaded
    this.problems = {};
    this.asked = {};
    this.means = new Map();
    this.meansOf = this.bitmap = null;
    clearTimeout(this.timer);
  }

  // Problems of the lines and cells that are turned on.
  remark() {
    return Object.keys(ADDRESSES).filter((name) => this.on.has(name) && this.problems[name]).map((name) => this.problems[name]).join(" ");
  }

  // Requests the lines and cells that are turned on but not loaded.
  want({ source, split, reduction, per_class }, offered) {
    for (const [name, found] of Object.entries(this.given)) if (!this.shapes[name]) this.take(name, found);
    if (!source || split === "sample") return;
    for (const [name, { query }] of Object.entries(ADDRESSES)) {
      const words = new URLSearchParams(query({ reduction, per_class }));
      const address = `${source}/${name}/${split}?${words}`;
      if (this.on.has(name) && offered.has(name) && this.asked[name] !== address) this.fetch(name, address);
    }
  }

  async fetch(name, address) {
    this.asked[name] = address;
    this.problems[name] = `${OVERLAYS[name]}: loading …`;
    try {
      const answer = await fetch(address);
      const found = await answer.json();
      if (this.asked[name] !== address) return; // superseded by a newer request
      if (!answer.ok) throw new Refusal(found.error);
      this.take(name, found);
    } catch (error) {
      if (this.asked[name] !== address) return;
      const why = error instanceof Refusal ? error.message : "the server cannot be reached.";
      this.problems[name] = `${OVERLAYS[name]}: ${why} Turn them off and on to try again.`;
      delete this.asked[name];
    }
    this.arrived();
  }

  take(name, found) {
    this.shapes[name] = pathsOf(found[ADDRESSES[name].shapes], name === "cells");
    this.problems[name] = found.reason ?? "";
    this.bitmap = null;
  }

  // Opacity of lines and cells, which describe the last frame: 1 there, 0 from half a snapshot before it.
  strength(state) {
    return Math.max(0, 1 - 2 * Math.max(0, state.frames.f - 1 - state.playhead));
  }

  drawBelow(context, state) {
    const cells = this.shapes.cells, strength = this.strength(state);
    if (!this.on.has("cells") || !cells || state.frames.d !== 2 || strength === 0) return;
    if (cells.count <= MANY_CELLS || state.still) return this.fillCells(context, state, cells, strength);
    const { camera, width, height, ratio, theme } = state;
    const key = [camera.x, camera.y, camera.scale, width, height, ratio, theme, state.muted.join()];
    const fresh = this.bitmap && key.every((value, at) => value === this.bitmap.key[at]);
    if (!this.bitmap || this.bitmap.cells !== cells) this.render(state, cells, key);
    else if (!fresh) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.bitmap = null;
        this.arrived();
      }, 150);
    }
    const old = this.bitmap.camera, scale = camera.scale / old.scale;
    const x = width / 2 + (old.x - camera.x) * camera.scale, y = height / 2 - (old.y - camera.y) * camera.scale;
    context.globalAlpha = strength;
    context.drawImage(this.bitmap.canvas, x - (width / 2) * scale, y - (height / 2) * scale, width * scale, height * scale);
    context.globalAlpha = 1;
  }

  render(state, cells, key) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(state.width * state.ratio);
    canvas.height = Math.round(state.height * state.ratio);
    this.fillCells(canvas.getContext("2d"), state, cells, 1);
    this.bitmap = { canvas, key, cells, camera: { ...state.camera } };
  }

  fillCells(context, state, cells, strength) {
    const { theme } = state;
    inPlane(context, state, (unit) => {
      for (const [label, path] of cells.paths) {
        // Opaque fills with overlapping strokes: no seams between cells of a class.
        const shade = mix(theme.background, theme.palette[label % theme.palette.length], theme.dark ? 0.32 : 0.26);
        context.fillStyle = context.strokeStyle = css(mix(theme.background, shade, strength));
        context.lineWidth = 0.7 * unit;
        context.fill(path);
        context.stroke(path);
      }
    });
  }

  drawAbove(context, state) {
    if (this.on.has("contours")) this.drawContours(context, state);
    if (this.on.has("centroids")) this.drawCentroids(context, state);
    if (this.on.has("mark")) drawMark(context, state, this.strength(state));
  }

  drawContours(context, state) {
    const lines = this.shapes.contours, strength = this.strength(state);
    if (!lines || state.frames.d !== 2 || strength === 0) return;
    const { theme, legend, colouring } = state;
    inPlane(context, state, (unit) => {
      for (const [label, path] of lines.paths) {
        if (colouring === "digit" && legend.muted[label]) continue;
        // A core and a rim of opposite brightness show on points of any colour.
        context.strokeStyle = css(theme.background, 0.8 * strength);
        context.lineWidth = 3.2 * unit;
        context.stroke(path);
        const strong = mix(theme.palette[label % theme.palette.length], theme.text, 0.35);
        context.strokeStyle = css(strong, strength);
        context.lineWidth = 1.5 * unit;
        context.stroke(path);
      }
    });
  }

  drawCentroids(context, state) {
    const { frames, theme } = state;
    const { from, to, share } = between(state.playhead, frames.f);
    const names = frames.options.class_names ?? [];
    const onScreen = placing(state);
    const before = this.meansAt(frames, from), after = this.meansAt(frames, to);
    context.font = lettering(theme, 14, 700);
    for (const [label, start] of before) {
      const end = after.get(label);
      if (!end || (state.colouring === "digit" && state.muted[label])) continue;
      const point = start.map((value, axis) => value * (1 - share) + end[axis] * share);
      const { x, y } = onScreen(point);
      const text = names[label] ?? String(label);
      const radius = 12 * theme.unit, half = Math.max(radius, context.measureText(text).width / 2 + 7);
      context.fillStyle = css(theme.background, 0.92);
      context.strokeStyle = css(theme.palette[label % theme.palette.length]);
      context.lineWidth = 2.5;
      context.beginPath();
      context.roundRect(x - half, y - radius, 2 * half, 2 * radius, radius);
      context.fill();
      context.stroke();
      context.fillStyle = css(theme.text);
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(text, x, y + 0.5);
    }
  }

  meansAt(frames, frame) {
    if (this.meansOf !== frames) {
      this.meansOf = frames;
      this.means = new Map();
    }
    if (!this.means.has(frame)) this.means.set(frame, means(frames, frame));
    return this.means.get(frame);
  }
}

// One path per class, in embedding coordinates.
function pathsOf(shapes, closed) {
  const paths = new Map();
  for (const { label, xy } of shapes) {
    if (!paths.has(label)) paths.set(label, new Path2D());
    const path = paths.get(label);
    path.moveTo(xy[0], xy[1]);
    for (let at = 2; at < xy.length; at += 2) path.lineTo(xy[at], xy[at + 1]);
    if (closed) path.closePath();
  }
  return { paths, count: shapes.length };
}

// Draws in embedding coordinates; `unit` is the size of a CSS pixel in them.
function inPlane(context, state, draw) {
  const { ax, bx, ay, by } = project2d(state.camera, state.width, state.height);
  const { ratio } = state;
  context.save();
  context.setTransform(ax * ratio, 0, 0, ay * ratio, bx * ratio, by * ratio);
  context.lineJoin = "round";
  draw(1 / ax);
  context.restore();
}
