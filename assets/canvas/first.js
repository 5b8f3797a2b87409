// Home's picture is on the screen before Streamlit is (assets/home): it makes way for the page's own canvas, once
// that has points to show or says why it has none.

import { painted } from "./fetching.js";

export async function takeOver(canvas) {
  if (!document.getElementById("first-picture")?.leave || !(canvas.frames?.f || canvas.failure)) return;
  canvas.redraw();
  await painted();
  document.getElementById("first-picture")?.leave();
}
