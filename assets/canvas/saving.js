// Saves the picture as a PNG file.

import { make } from "../shared.js";
import { drawGrid, drawOverlay } from "./axes.js";
import { PointLayer } from "./points.js";
import { css } from "./theme.js";

const PRINT_RATIO = 4; // pixels per CSS pixel: 384 dpi at the size on the screen
// Limits of all browsers: iPads leave canvases above 16.7 million pixels empty, others those with a longer side.
const LONGEST_SIDE = 8192, MOST_PIXELS = 16e6;

// Redrawn off-screen at print resolution; the visible picture stays as it is.
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
}
