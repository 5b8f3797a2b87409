// What the browser tests and benchmarks read from a canvas: root.contrastiveCanvas.

import { locate } from "./picking.js";

export function hook(canvas) {
  return {
    locate: (index) => locate(canvas, index), // where a point of the input lies
    state: () => stateOf(canvas),
    work: () => canvas.work.slice(), // milliseconds per frame drawn
    bookmark: () => canvas.bookmark(),
    seek: (frame) => canvas.timeline.seek(frame), // between two snapshots as well, where only a pause can leave it
  };
}

function stateOf(canvas) {
  const { camera, yaw, pitch, turning, width, height, ownCamera, playhead, extent, colouring, theme, frames } = canvas;
  const { clock, playing, following, steps } = canvas.timeline;
  const { pinned, count: selected, hovered } = canvas.selection;
  return {
    camera, ownCamera, yaw, pitch, turning, width, height, extent, zoom: extent ? canvas.zoom() : 1,
    playhead, clock, playing, following, steps,
    pinned, selected, hovered, colouring, muted: canvas.legend.hidden(), overlays: [...canvas.menu.on],
    background: theme.background, palette: theme.palette, unit: theme.unit, n: frames?.n ?? 0,
    present: frames?.present ?? [], mark: frames?.options.mark ?? [],
  };
}
