// Lines and text: a light grid below the points, tick labels and the margin above.

import { EYE, project2d, project3d } from "./camera.js";
import { css, lettering, mix } from "./theme.js";

function niceTicks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? 10 * power;
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high && ticks.length < 50; i++) ticks.push(i * step);
  return { ticks, step };
}

function tickText(value, step) {
  if (Math.abs(value) < step / 1e6) return "0";
  if (step < 1e-4 || Math.abs(value) >= 1e5) return value.toExponential(1);
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9))).replace("-", "−");
}

function prepare(canvas, state) {
  const context = canvas.getContext("2d");
  context.setTransform(state.ratio, 0, 0, state.ratio, 0, 0);
  context.clearRect(0, 0, state.width, state.height);
  context.font = lettering(state.theme, 11);
  // By default letters are spaced in whole screen pixels, which would show in print.
  if (state.still) context.textRendering = "geometricPrecision";
  return context;
}

function ticksOf(state) {
  const { ax, bx, ay, by } = project2d(state.camera, state.width, state.height);
  const x = niceTicks(-bx / ax, (state.width - bx) / ax, Math.max(2, state.width / 90));
  const y = niceTicks((state.height - by) / ay, -by / ay, Math.max(2, state.height / 85));
  return { x, y, toX: (v) => ax * v + bx, toY: (v) => ay * v + by };
}

export function drawGrid(canvas, state) {
  const context = prepare(canvas, state);
  if (!state.frames) return;
  if (state.frames.d === 3) return drawBox(context, state);
  state.overlays.drawBelow(context, state);
  const { x, y, toX, toY } = ticksOf(state);
  const line = (value, horizontal) => {
    context.strokeStyle = css(state.theme.text, value === 0 ? 0.2 : 0.075);
    const at = Math.round(horizontal ? toY(value) : toX(value)) + 0.5;
    context.beginPath();
    context.moveTo(horizontal ? 0 : at, horizontal ? at : 0);
    context.lineTo(horizontal ? state.width : at, horizontal ? at : state.height);
    context.stroke();
  };
  for (const value of x.ticks) line(value, false);
  for (const value of y.ticks) line(value, true);
}

// An outline in the background colour keeps text readable over points.
function write(context, state, text, x, y, align, strength = 0.72) {
  context.textAlign = align;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = css(state.theme.background, 0.9);
  context.strokeText(text, x, y);
  context.fillStyle = css(mix(state.theme.background, state.theme.text, strength));
  context.fillText(text, x, y);
}

export function drawOverlay(canvas, state) {
  const context = prepare(canvas, state);
  if (!state.frames) return;
  if (state.menu.on.has("margin")) drawMargin(context, state);
  state.overlays.drawAbove(context, state);
  context.font = lettering(state.theme, 11);
  if (state.frames.d === 3) return drawBoxLabels(context, state);
  const { x, y, toX, toY } = ticksOf(state);
  const { unit } = state.theme, left = 34 * unit, bottom = state.height - 13 * unit;
  for (const value of x.ticks) {
    const at = toX(value);
    if (at > left + 16 * unit && at < state.width - 38 * unit) write(context, state, tickText(value, x.step), at, bottom, "center");
  }
  for (const value of y.ticks) {
    const at = toY(value);
    if (at > 32 * unit && at < state.height - 30 * unit) write(context, state, tickText(value, y.step), left, at, "right");
  }
  context.font = lettering(state.theme, 12, 600);
  write(context, state, "z1", state.width - 12, bottom, "right", 0.9);
  write(context, state, "z2", left, 15 * unit, "right", 0.9);
}

// The margin is a distance between two points, wherever they lie: a ruler of that length, and a circle around the
// picked point. In 3-D both hold at their own depth, the ruler at that of the cloud's centre.
function drawMargin(context, state) {
  const { margin, margin_label: label } = state.frames.options;
  if (!margin) return;
  drawRuler(context, state, margin * state.camera.scale, label || `margin ${margin.toFixed(2)}`);
  const place = state.selection.where(state.selection.pinned);
  if (!place) return;
  context.strokeStyle = css(state.theme.text, 0.8);
  context.setLineDash([6, 5]);
  context.beginPath();
  context.arc(place.x, place.y, margin * state.camera.scale * (place.depth === undefined ? 1 : EYE / (EYE - place.depth)), 0, 2 * Math.PI);
  context.stroke();
  context.setLineDash([]);
}

function drawRuler(context, state, length, label) {
  const { unit } = state.theme, left = 48 * unit, bottom = state.height - 34 * unit, room = state.width - left - 20;
  const text = length > room ? `${label}, wider than the picture` : label;
  context.font = lettering(state.theme, 12, 500);
  context.fillStyle = css(state.theme.background, 0.88);
  context.beginPath();
  context.roundRect(left - 4, bottom - 6 - 18 * unit, context.measureText(text).width + 10, 18 * unit, 9 * unit);
  context.fill();
  write(context, state, text, left, bottom - 6 - 9 * unit, "left", 0.95);
  const right = left + Math.min(length, room);
  for (const [colour, thick] of [[css(state.theme.background, 0.9), 5], [css(state.theme.text, 0.9), 2]]) {
    context.strokeStyle = colour;
    context.lineWidth = thick;
    context.beginPath();
    context.moveTo(left, bottom - 5);
    context.lineTo(left, bottom + 5);
    context.moveTo(left, bottom);
    context.lineTo(right, bottom);
    if (length <= room) {
      context.moveTo(right, bottom - 5);
      context.lineTo(right, bottom + 5);
    }
    context.stroke();
  }
}

function corners(extent) {
  const half = extent.low.map((low, axis) => (extent.high[axis] - low) / 2);
  const at = (bits) => extent.centre.map((c, axis) => c + (bits & (1 << axis) ? half[axis] : -half[axis]));
  return [0, 1, 2, 3, 4, 5, 6, 7].map(at);
}

// A box around the cloud; the three edges that meet at its lowest corner are the axes.
function drawBox(context, state) {
  const places = corners(state.extent).map((point) => project3d(state, point));
  for (let from = 0; from < 8; from++) {
    for (const bit of [1, 2, 4]) {
      const to = from ^ bit;
      if (to < from) continue;
      const nearness = Math.max(0, Math.min(1, (places[from].depth + places[to].depth) / 4 + 0.5));
      context.strokeStyle = css(state.theme.text, from === 0 ? 0.42 : 0.07 + 0.1 * nearness);
      context.lineWidth = from === 0 ? 1.4 : 1;
      context.beginPath();
      context.moveTo(places[from].x, places[from].y);
      context.lineTo(places[to].x, places[to].y);
      context.stroke();
    }
  }
}

function drawBoxLabels(context, state) {
  const { low, high, centre } = state.extent;
  const all = corners(state.extent);
  const middle = project3d(state, centre);
  const { step } = niceTicks(0, Math.max(...high.map((h, axis) => h - low[axis])), 4);
  const label = (point, text, away, strength) => {
    const place = project3d(state, point);
    const dx = place.x - middle.x, dy = place.y - middle.y, length = Math.hypot(dx, dy) || 1;
    write(context, state, text, place.x + (dx / length) * away, place.y + (dy / length) * away, "center", strength);
  };
  for (let axis = 0; axis < 3; axis++) {
    context.font = lettering(state.theme, 12, 600);
    label(all[1 << axis], `z${axis + 1}`, 13 * state.theme.unit, 0.9);
    context.font = lettering(state.theme, 11);
    for (const value of niceTicks(low[axis], high[axis], 3).ticks) {
      if (value - low[axis] < step * 0.25 || high[axis] - value < step * 0.35) continue;
      const point = [...all[0]];
      point[axis] = value;
      label(point, tickText(value, step), 12 * state.theme.unit, 0.6);
    }
  }
}
