// Home's picture is on the screen before Streamlit is (assets/home): it makes way for the page's own canvas.

async function takeOver(canvas) {
  if (!canvas.frames?.f || !document.getElementById("first-picture")?.leave) return;
  canvas.redraw();
  await painted();
  document.getElementById("first-picture")?.leave();
}
