// What the points are coloured by: their class, their cluster, or whether the two agree.

import { sizesOf } from "./frames.js";
import { mix } from "./theme.js";

export const COLOURINGS = { digit: "Class", cluster: "Cluster", agreement: "Agreement" };
export const AGREES = 0, DIFFERS = 1;
export const NO_CLUSTER = 255;

// Regroups the points; the legend and hidden classes follow the groups.
export function colourBy(frames, colouring) {
  const { digits, clusters } = frames;
  if (colouring === "cluster") frames.classes = clusters;
  else if (colouring === "agreement") frames.classes = clusters.map((cluster, k) => (cluster === digits[k] ? AGREES : DIFFERS));
  else frames.classes = digits;
  frames.sizes = sizesOf(frames.classes);
}

// [{ label, name, size }] of the groups, in label order.
export function groupsOf(frames, colouring) {
  const names = frames.options.class_names ?? [];
  const size = (label) => frames.sizes.get(label) ?? 0;
  if (colouring === "agreement") {
    return [{ label: AGREES, name: "cluster and class agree", size: size(AGREES) }, { label: DIFFERS, name: "they differ", size: size(DIFFERS) }];
  }
  const labels = [...new Set([...names.keys(), ...frames.sizes.keys()])];
  labels.sort((a, b) => a - b);
  const name = (label) => names[label] ?? (label === NO_CLUSTER ? "none" : String(label));
  return labels.map((label) => ({ label, name: colouring === "cluster" ? `≈ ${name(label)}` : name(label), size: size(label) }));
}

// The colour of each group; points that agree stay in the background. A cluster matched to no digit has no digit's.
export function paletteOf(theme, colouring) {
  if (colouring === "cluster") {
    const colours = Array.from({ length: NO_CLUSTER }, (_, label) => theme.palette[label % theme.palette.length]);
    return [...colours, theme.text];
  }
  if (colouring !== "agreement") return theme.palette;
  return [mix(theme.background, theme.palette[0], 0.45), theme.dark ? [255, 140, 60] : [205, 60, 0]];
}
