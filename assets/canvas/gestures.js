// Mouse, touch and keys on the picture: move or turn, and zoom.

function attachGestures(stage, view) {
  const fingers = new Map();
  const place = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left - stage.clientLeft, y: event.clientY - box.top - stage.clientTop };
  };
  const onControl = (event) => event.target.closest("button") !== null;

  stage.onpointerdown = (event) => {
    if (onControl(event) || event.button > 1) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    stage.classList.add("dragging");
    view.touched();
  };
  stage.onpointermove = (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    if (fingers.size === 1) {
      view.drag(now.x - before.x, now.y - before.y, event.shiftKey || event.buttons === 4);
    } else if (fingers.size === 2) {
      const [, other] = [...fingers].find(([id]) => id !== event.pointerId);
      const was = Math.hypot(before.x - other.x, before.y - other.y), is = Math.hypot(now.x - other.x, now.y - other.y);
      view.drag((now.x - before.x) / 2, (now.y - before.y) / 2, true);
      if (was > 10 && is > 10) view.zoomBy(is / was, (now.x + other.x) / 2, (now.y + other.y) / 2);
    }
    fingers.set(event.pointerId, now);
  };
  stage.onpointerup = stage.onpointercancel = (event) => {
    fingers.delete(event.pointerId);
    if (fingers.size === 0) stage.classList.remove("dragging");
  };
  stage.onwheel = (event) => {
    event.preventDefault();
    const { x, y } = place(event);
    const lines = event.deltaMode === 1 ? 30 : 1;
    view.zoomBy(Math.exp(-Math.max(-160, Math.min(160, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.002)), x, y);
  };
  stage.ondblclick = (event) => {
    if (!onControl(event)) view.reset();
  };
  stage.onkeydown = (event) => {
    if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const far = 40;
    const action = {
      ArrowLeft: () => view.drag(far, 0, event.shiftKey), ArrowRight: () => view.drag(-far, 0, event.shiftKey),
      ArrowUp: () => view.drag(0, far, event.shiftKey), ArrowDown: () => view.drag(0, -far, event.shiftKey),
      "+": () => view.zoomBy(1.25), "=": () => view.zoomBy(1.25), "-": () => view.zoomBy(0.8),
      0: () => view.reset(), " ": () => view.togglePlay(),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    view.touched();
    action();
  };
}
