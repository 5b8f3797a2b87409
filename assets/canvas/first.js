// Home's picture is on the screen before Streamlit is (assets/home): its own canvas goes on where that one stands.

async function takeOver(canvas) {
  const first = document.getElementById("first-picture");
  const before = first?.canvas;
  if (!before || before === canvas || !canvas.frames?.f || canvas.frames.partial) return;
  if (before.frames?.options.run === canvas.frames.options.run && before.timeline.last === canvas.timeline.last) {
    const { clock, playing, wait } = before.timeline;
    Object.assign(canvas.timeline, { clock, playing, wait });
  }
  canvas.redraw();
  await painted();
  first.leave?.();
}
