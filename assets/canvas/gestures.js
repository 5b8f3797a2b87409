// Mouse, touch and keys on the picture: pan or rotate, zoom, and select points.

const CLICK = 5; // CSS pixels a finger may move during a click
const PAN = 40; // CSS pixels per arrow key

export class Gestures {
  constructor(stage, canvas) {
    Object.assign(this, { stage, canvas, selection: canvas.selection });
    this.fingers = new Map();
    this.start = null; // where the first finger went down, while it may still be a click
    stage.onpointerdown = (event) => this.down(event);
    stage.onpointermove = (event) => this.move(event);
    stage.onpointerup = stage.onpointercancel = (event) => this.up(event);
    stage.onpointerleave = () => this.selection.leave();
    stage.onwheel = (event) => this.wheel(event);
    stage.ondblclick = (event) => {
      if (!onControl(event)) canvas.reset();
    };
    stage.onkeydown = (event) => this.key(event);
  }

  place(event) {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left - this.stage.clientLeft, y: event.clientY - box.top - this.stage.clientTop };
  }

  down(event) {
    const { canvas, fingers, selection, stage } = this;
    if (onControl(event) || event.button > 1) return;
    stage.setPointerCapture(event.pointerId);
    const now = this.place(event);
    fingers.set(event.pointerId, now);
    this.start = fingers.size === 1 ? now : null;
    canvas.menu.open(false);
    canvas.touched();
    if (fingers.size > 1) selection.stopDrawing(); // a pinch is no lasso
    const boxed = event.shiftKey && selection.telling && canvas.frames.d === 2;
    if (fingers.size === 1 && boxed) selection.begin(now.x, now.y, "box");
    else if (fingers.size === 1 && selection.mode !== "move") selection.begin(now.x, now.y);
    else stage.classList.add("dragging");
  }

  move(event) {
    const { canvas, fingers, selection, start } = this;
    const before = fingers.get(event.pointerId), now = this.place(event);
    if (!before) return this.hover(event, now);
    if (start && Math.hypot(now.x - start.x, now.y - start.y) > CLICK) this.start = null;
    if (fingers.size === 1 && selection.corners) selection.extend(now.x, now.y);
    else if (fingers.size === 1) canvas.drag(now.x - before.x, now.y - before.y, event.shiftKey || event.buttons === 4);
    else if (fingers.size === 2) this.pinch(event, before, now);
    fingers.set(event.pointerId, now);
  }

  hover(event, { x, y }) {
    if (event.pointerType !== "mouse") return;
    if (onControl(event)) this.selection.leave();
    else this.selection.hover(x, y);
  }

  pinch(event, before, now) {
    const [, other] = [...this.fingers].find(([id]) => id !== event.pointerId);
    const was = Math.hypot(before.x - other.x, before.y - other.y), is = Math.hypot(now.x - other.x, now.y - other.y);
    this.canvas.drag((now.x - before.x) / 2, (now.y - before.y) / 2, true);
    if (was > 10 && is > 10) this.canvas.zoomBy(is / was, (now.x + other.x) / 2, (now.y + other.y) / 2);
  }

  up(event) {
    const { fingers, selection, start } = this;
    if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
    this.stage.classList.remove("dragging");
    if (selection.corners && !start && event.type === "pointerup") selection.end();
    else selection.stopDrawing();
    if (start && event.type === "pointerup") selection.press(start.x, start.y, event.pointerType !== "mouse");
    this.start = null;
  }

  wheel(event) {
    event.preventDefault();
    const { x, y } = this.place(event);
    const pixels = event.deltaY * (event.deltaMode === 1 ? 30 : 1); // Firefox may count in lines
    this.canvas.zoomBy(Math.exp(-Math.max(-160, Math.min(160, pixels)) * (event.ctrlKey ? 0.01 : 0.002)), x, y);
  }

  key(event) {
    const { canvas, selection } = this;
    if (event.target !== this.stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = {
      ArrowLeft: () => canvas.drag(PAN, 0, event.shiftKey), ArrowRight: () => canvas.drag(-PAN, 0, event.shiftKey),
      ArrowUp: () => canvas.drag(0, PAN, event.shiftKey), ArrowDown: () => canvas.drag(0, -PAN, event.shiftKey),
      "+": () => canvas.zoomBy(1.25), "=": () => canvas.zoomBy(1.25), "-": () => canvas.zoomBy(0.8),
      0: () => canvas.reset(), " ": () => canvas.togglePlay(),
      Enter: () => selection.step(0), n: () => selection.step(1), p: () => selection.step(-1),
      s: () => selection.selectAround(), f: () => canvas.full.toggle(), Escape: () => (canvas.full.on ? canvas.full.toggle() : selection.clear()),
      l: () => selection.telling && selection.modes.lasso.click(), b: () => selection.telling && selection.modes.box.click(),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    canvas.touched();
    action();
  }
}

function onControl(event) {
  return event.target.closest("button") !== null;
}
