// Saves the picture as a PNG file.

import { make } from "../shared.js";
import { drawGrid, drawOverlay } from "./axes.js";
import { PointLayer } from "./points.js";
import { css } from "./theme.js";

const PRINT_RATIO = 4; // pixels per CSS pixel: 384 dpi at the size on the screen
// Limits of all browsers: iPads leave canvases above 16.7 million pixels empty, others those with a longer side.
const LONGEST_SIDE = 8192, MOST_PIXELS = 16e6;

const FORBIDDEN = "Nothing was saved: this browser's privacy settings forbid pages to read a picture. Allow it for this site, or take a screenshot.";
const NOISE = 8; // levels of 255: privacy settings may change the lowest bits, which nobody sees

// Redrawn off-screen at print resolution; the visible picture stays as it is. Returns what prevented it, or "".
export function savePicture(canvas, name) {
  const { width, height, theme } = canvas;
  const ratio = Math.min(PRINT_RATIO, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  const whole = document.createElement("canvas"), layer = document.createElement("canvas");
  const points = new PointLayer(layer);
  points.resize(width, height, ratio);
  whole.width = layer.width;
  whole.height = layer.height;
  const context = whole.getContext("2d");
  context.fillStyle = css(theme.background);
  context.fillRect(0, 0, whole.width, whole.height);
  if (!isReadable(context, theme.background)) return FORBIDDEN;
  const state = Object.assign(Object.create(canvas), { ratio, still: true });
  for (const draw of [() => drawGrid(layer, state), () => points.draw(state), () => drawOverlay(layer, state)]) {
    draw();
    context.drawImage(layer, 0, 0);
  }
  whole.toBlob((file) => {
    const link = make("a", { href: URL.createObjectURL(file), download: `${name}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  return "";
}

// Whether the pixels that are read are those that were drawn, all of one colour.
function isReadable(context, colour) {
  try {
    const { data } = context.getImageData(0, 0, 8, 8);
    return data.every((value, at) => at % 4 === 3 || Math.abs(value - colour[at % 4]) < NOISE);
  } catch {
    return false;
  }
}
