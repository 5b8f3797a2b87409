// Home shows a first picture before Streamlit has started (assets/home). It is removed once the page's own canvas
// has points to show, or an error.

import { painted } from "./fetching.js";

export async function takeOver(canvas) {
  if (!document.getElementById("first-picture")?.leave || !(canvas.frames?.f || canvas.failure)) return;
  canvas.redraw();
  await painted();
  document.getElementById("first-picture")?.leave();
}
