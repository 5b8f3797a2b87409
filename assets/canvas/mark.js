// The visitor's own image: its position, and its path through the snapshots.
// options.mark holds its coordinates, one position after the other; options.mark_steps the step of each.

import { placing } from "./camera.js";
import { between } from "./points.js";
import { css, lettering } from "./theme.js";

export function drawMark(context, state, strength) {
  const { frames, theme, width, height, ratio } = state;
  const { mark = [], mark_steps: steps = [] } = frames.options;
  if (!steps.length || mark.length !== steps.length * frames.d) return;
  const alone = steps.length === 1; // only its final position is known, which belongs to the last frame
  if (alone && strength === 0) return;
  const place = (k) => Array.from(mark.slice(k * frames.d, (k + 1) * frames.d));
  const onScreen = placing(state);
  const { from, to, share } = between(state.playhead, frames.f);
  const [before, after] = [from, to].map((frame) => stopAt(steps, frames.steps[frame]));
  const start = place(before), end = place(after);
  const now = onScreen(start.map((value, axis) => value * (1 - share) + end[axis] * share));

  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalAlpha = alone ? strength : 1;
  context.lineJoin = context.lineCap = "round";
  if (!alone) {
    const stops = steps.map((_, k) => onScreen(place(k)));
    trace(context, stops, css(theme.text, 0.28), 1.5, [3, 5]);
    const travelled = [...stops.slice(0, before + 1), now];
    trace(context, travelled, css(theme.background, 0.9), 6);
    trace(context, travelled, css(theme.text), 2.5);
    for (const { x, y } of stops.slice(0, before + 1)) dot(context, x, y, 3, css(theme.text), css(theme.background));
  }
  // Clamped to the edge if it lies outside the picture.
  const x = Math.min(width - 14, Math.max(14, now.x)), y = Math.min(height - 14, Math.max(14, now.y));
  const outside = x !== now.x || y !== now.y;
  ring(context, x, y, 10, 6, css(theme.background, 0.95));
  ring(context, x, y, 10, 2.5, css(theme.text));
  dot(context, x, y, 3.5, css(theme.text), css(theme.background));
  const text = outside ? "yours, outside" : "yours";
  context.font = lettering(theme, 13, 700);
  const wide = context.measureText(text).width + 14, high = 22 * theme.unit, right = x + 16 + wide < width;
  const left = right ? x + 16 : x - 16 - wide;
  context.fillStyle = css(theme.text, 0.94);
  context.beginPath();
  context.roundRect(left, y - high / 2, wide, high, high / 2);
  context.fill();
  context.fillStyle = css(theme.background);
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, left + 7, y + 0.5);
  context.restore();
}

// The last stop at or before a step.
function stopAt(steps, step) {
  let k = 0;
  while (k + 1 < steps.length && steps[k + 1] <= step) k++;
  return k;
}

function trace(context, places, colour, thick, dashes = []) {
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.setLineDash(dashes);
  context.beginPath();
  for (const { x, y } of places) context.lineTo(x, y);
  context.stroke();
  context.setLineDash([]);
}

function ring(context, x, y, radius, thick, colour) {
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

function dot(context, x, y, radius, colour, rim) {
  context.fillStyle = colour;
  context.strokeStyle = rim;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}
