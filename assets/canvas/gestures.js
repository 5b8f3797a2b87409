// Mouse, touch and keys on the picture: move or turn it, zoom, and pick points.

const CLICK = 5; // CSS pixels that a finger may stray in a click

export function attachGestures(stage, view) {
  const fingers = new Map();
  const place = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left - stage.clientLeft, y: event.clientY - box.top - stage.clientTop };
  };
  const onControl = (event) => event.target.closest("button") !== null;
  const { selecting } = view;
  let start = null; // where the first finger came down, while it may still be a click

  stage.onpointerdown = (event) => {
    if (onControl(event) || event.button > 1) return;
    stage.setPointerCapture(event.pointerId);
    const now = place(event);
    fingers.set(event.pointerId, now);
    start = fingers.size === 1 ? now : null;
    view.menu.open(false);
    view.touched();
    if (fingers.size > 1) selecting.stopDrawing(); // a pinch is no lasso
    const boxed = event.shiftKey && selecting.telling && view.frames.d === 2;
    if (fingers.size === 1 && boxed) selecting.begin(now.x, now.y, "box");
    else if (fingers.size === 1 && selecting.mode !== "move") selecting.begin(now.x, now.y);
    else stage.classList.add("dragging");
  };
  stage.onpointermove = (event) => {
    const before = fingers.get(event.pointerId);
    const now = place(event);
    if (!before) {
      if (event.pointerType === "mouse") onControl(event) ? selecting.leave() : selecting.hover(now.x, now.y);
      return;
    }
    if (start && Math.hypot(now.x - start.x, now.y - start.y) > CLICK) start = null;
    if (fingers.size === 1 && selecting.corners) {
      selecting.extend(now.x, now.y);
    } else if (fingers.size === 1) {
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
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size > 0) return;
    stage.classList.remove("dragging");
    if (selecting.corners && !start && event.type === "pointerup") selecting.end();
    else selecting.stopDrawing();
    if (start && event.type === "pointerup") selecting.press(start.x, start.y, event.pointerType !== "mouse");
    start = null;
  };
  stage.onpointerleave = () => selecting.leave();
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
      Enter: () => selecting.step(0), n: () => selecting.step(1), p: () => selecting.step(-1),
      s: () => selecting.selectAround(), Escape: () => selecting.clear(),
      l: () => selecting.telling && selecting.modes.lasso.click(), b: () => selecting.telling && selecting.modes.box.click(),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    view.touched();
    action();
  };
}
