// Shared by several components: SVG and HTML elements, drag handles, messages to Python, colours.

// The link asks for bookmarks with this event, and every canvas on the page that shows its run answers.
export const ASKED = "contrastive-lab-bookmark";

export function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  set(made, attributes);
  if (text !== undefined) made.textContent = text;
  return made;
}

export function set(part, attributes) {
  for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
}

export function draggable(handle, { begin, move, end }) {
  let held = false;
  handle.onpointerdown = (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    held = true;
    begin();
  };
  // For SVG elements, touch-action alone does not prevent scrolling in every browser.
  handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  handle.onpointermove = (event) => held && move(event);
  handle.onpointerup = handle.onpointercancel = () => {
    if (held) end();
    held = false;
  };
}

// Runs `action` at most once per `interval` milliseconds; run(true) runs it at once.
export class Throttle {
  constructor(interval, action) {
    Object.assign(this, { interval, action, timer: null, last: 0 });
  }

  run(now) {
    if (this.timer !== null && !now) return;
    this.stop();
    this.timer = setTimeout(() => {
      this.timer = null;
      this.last = performance.now();
      this.action();
    }, now ? 0 : Math.max(0, this.last + this.interval - performance.now()));
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
  }
}

export function luminanceOf(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// An HTML element with properties and children.
export function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const instances = new WeakMap(); // mounted instances by parent element

// The export of a component whose instances are of class `Kind`, with update(component) and destroy().
export function mounting(Kind, selector) {
  return (component) => {
    const { parentElement } = component;
    const root = parentElement.querySelector(selector);
    if (!root) return;
    let instance = instances.get(parentElement);
    if (instance?.root !== root) {
      instance?.destroy();
      instances.set(parentElement, (instance = new Kind(root)));
    }
    instance.update(component);
    return () => {
      instances.get(parentElement)?.destroy();
      instances.delete(parentElement);
    };
  };
}
