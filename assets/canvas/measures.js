// Measures of a whole frame: its centre, its spread, the mean of each class.

import { LEVELS } from "./frames.js";

// A frame's number of points, their centre, and their spread: root mean square distance from the centre.
export function summary(frames, frame) {
  const { n, d } = frames, points = frames.coordinates[frame], present = frames.present[frame];
  const centre = Array.from(frames.low, () => 0);
  if (!present) return { count: 0, centre, spread: 0 };
  for (let at = 0; at < n * d; at++) if (points[at] === points[at]) centre[at % d] += points[at] / present;
  let squares = 0;
  for (let at = 0; at < n * d; at++) if (points[at] === points[at]) squares += (points[at] - centre[at % d]) ** 2;
  return { count: present, centre, spread: Math.sqrt(squares / present) };
}

// The smallest distance distinguishable from 0: one quantization level, or the precision of 32-bit floats.
export function resolution(frames) {
  return Math.hypot(...frames.high.map((high, axis) => {
    const low = frames.low[axis];
    return Math.max((high - low) / LEVELS, Math.max(Math.abs(low), Math.abs(high)) * 2e-7);
  }));
}

// Whether quantization hides more than 32-bit floats do: other frames of the run reach far.
export function isCoarse(frames) {
  return frames.high.some((high, axis) => {
    const low = frames.low[axis];
    return (high - low) / LEVELS > Math.max(Math.abs(low), Math.abs(high)) * 2e-7;
  });
}

// digit -> mean of its points in a frame
export function means(frames, frame) {
  const { n, d, digits } = frames, points = frames.coordinates[frame];
  const sums = new Map();
  for (let k = 0; k < n; k++) {
    if (points[k * d] !== points[k * d]) continue;
    let sum = sums.get(digits[k]);
    if (!sum) sums.set(digits[k], (sum = new Float64Array(d + 1)));
    for (let axis = 0; axis < d; axis++) sum[axis] += points[k * d + axis];
    sum[d]++;
  }
  return new Map([...sums].map(([digit, sum]) => [digit, [...sum.subarray(0, d)].map((total) => total / sum[d])]));
}
