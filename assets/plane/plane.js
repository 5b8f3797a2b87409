// A plane with a few points to drag, and the forces of a loss on them as arrows.
// The server computes the forces; positions are sent to it several times a second during a drag.

import { draggable, element, luminanceOf, Throttle } from "../shared.js";

const SIDE = 480, RADIUS = 11, SEND_EVERY = 90, LONGEST = 0.9, FRAME = 55;
const KEYS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const PULL = "#3f90da", PUSH = "#e76300";

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".plane");
  const plane = (root.plane ??= fresh(root, data));
  plane.data = data;
  plane.send = (value) => setTriggerValue("moved", value);
  take(plane, data);
  draw(plane);
}

function fresh(root, data) {
  const svg = root.querySelector(".space");
  svg.setAttribute("viewBox", `0 0 ${SIDE} ${SIDE}`);
  const plane = { root, svg, version: null, sent: data.heard, dragging: null, walking: null };
  plane.throttle = new Throttle(SEND_EVERY, () => {
    const { version, points, picked = plane.data.anchor } = plane;
    plane.send({ sent: (plane.sent += 1), version, points, picked });
  });
  for (const name of ["back", "arrows", "front"]) svg.append((plane[name] = element("g", {})));
  return plane;
}

// Takes the server's points, unless the visitor has moved them since.
function take(plane, data) {
  const news = data.version !== plane.version;
  if (news) {
    plane.version = data.version;
    plane.throttle.stop();
    if (plane.dragging === null) {
      plane.sent = data.heard;
      clearInterval(plane.walking);
      plane.walking = null;
      if (plane.points && data.frames.length > 1 && !still()) return walk(plane, data.frames);
    }
  }
  const waiting = plane.dragging !== null || plane.throttle.timer !== null || plane.sent > data.heard;
  if (!plane.points || (!waiting && plane.walking === null)) plane.points = data.points.map((point) => [...point]);
}

function walk(plane, frames) {
  let at = 0;
  plane.walking = setInterval(() => {
    plane.points = frames[at].map((point) => [...point]);
    at += 1;
    if (at >= frames.length) {
      clearInterval(plane.walking);
      plane.walking = null;
      plane.points = plane.data.points.map((point) => [...point]);
    }
    draw(plane);
  }, FRAME);
}

function still() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function draw(plane) {
  const { data } = plane;
  const scale = SIDE / (2 * data.half_width);
  plane.scale = scale;
  plane.at = ([x, y]) => [SIDE / 2 + x * scale, SIDE / 2 - y * scale];
  plane.svg.setAttribute("aria-label", data.title);
  plane.back.replaceChildren(...grid(plane), ...rings(plane), ...ties(plane));
  plane.arrows.replaceChildren(...(plane.walking === null ? arrows(plane) : []));
  placePoints(plane);
  plane.root.querySelector(".told").textContent = data.told;
}

function grid(plane) {
  const parts = [];
  for (let n = -Math.floor(plane.data.half_width); n <= plane.data.half_width; n += 0.5) {
    const [x, y] = plane.at([n, n]);
    const kind = n === 0 ? "grid axis" : "grid";
    parts.push(element("line", { class: kind, x1: x, x2: x, y1: 0, y2: SIDE }));
    parts.push(element("line", { class: kind, x1: 0, x2: SIDE, y1: y, y2: y }));
    if (Number.isInteger(n) && Math.abs(n) === 1) {
      parts.push(element("text", { class: "tick", x: x + 3, y: SIDE / 2 + 13 }, `${n}`));
      parts.push(element("text", { class: "tick", x: SIDE / 2 + 4, y: y + 13 }, `${n}`));
    }
  }
  return parts;
}

function rings(plane) {
  return plane.data.rings.flatMap(({ radius, label, round }) => {
    const [x, y] = plane.at(round === null ? [0, 0] : plane.points[round]);
    const r = radius * plane.scale;
    return [
      element("circle", { class: "ring", cx: x, cy: y, r }),
      element("text", { class: "ring-label", x, y: y - r - 4, "text-anchor": "middle" }, label),
    ];
  });
}

// Lines from the anchor to the two points used in the formula.
function ties(plane) {
  return plane.data.ties.flatMap(({ from, to, kind }) => {
    const [x1, y1] = plane.at(plane.points[from]), [x2, y2] = plane.at(plane.points[to]);
    return [element("line", { class: "tie", x1, y1, x2, y2, stroke: kind === "positive" ? PULL : PUSH })];
  });
}

function arrows(plane) {
  const { data } = plane;
  return Object.entries(data.forces).flatMap(([term, forces]) =>
    forces.flatMap((force, place) => {
      const length = Math.hypot(...force) * data.stretch;
      if (length < 0.02) return [];
      const shown = Math.min(length, LONGEST);
      const unit = force.map((along) => along / Math.hypot(...force));
      const point = plane.points[place];
      const start = plane.at(point);
      const end = plane.at([0, 1].map((axis) => point[axis] + unit[axis] * (shown + RADIUS / plane.scale)));
      const kind = data.kinds[term];
      const colour = kind === "pull" ? PULL : kind === "push" ? PUSH : "currentColor";
      const parts = [
        element("line", { class: `arrow ${kind}`, x1: start[0], y1: start[1], x2: end[0], y2: end[1], stroke: colour,
          "data-term": term, "data-place": place }),
        head(end, unit, colour),
      ];
      // a second head: longer than can be shown
      if (length > LONGEST) parts.push(head([end[0] - 9 * unit[0], end[1] + 9 * unit[1]], unit, colour));
      return parts;
    }));
}

function head([x, y], [right, up], colour) {
  const [dx, dy] = [right, -up];
  const corner = (along, aside) => `${x + along * dx - aside * dy},${y + along * dy + aside * dx}`;
  return element("polygon", { class: "head", fill: colour, points: [corner(5, 0), corner(-5, 5), corner(-5, -5)].join(" ") });
}

// Reuses the elements, or a drag and the focus would be lost.
function placePoints(plane) {
  const { data } = plane;
  if (plane.front.children.length !== data.points.length) {
    plane.front.replaceChildren(...data.points.map((_, place) => handle(plane, place)));
  }
  const palette = getComputedStyle(plane.root).getPropertyValue("--st-chart-categorical-colors").split(",");
  [...plane.front.children].forEach((group, place) => {
    const [x, y] = plane.at(plane.points[place]);
    const look = data.looks[data.labels[place]];
    const ground = (palette[look.colour] ?? "#888888").trim();
    group.setAttribute("transform", `translate(${x} ${y})`);
    group.classList.toggle("anchor", place === data.anchor);
    group.querySelector(".disc").setAttribute("fill", ground);
    const text = group.querySelector("text");
    text.textContent = look.name;
    text.setAttribute("fill", luminanceOf(ground) > 0.18 ? "#000000" : "#ffffff");
    const [across, along] = plane.points[place].map((value) => value.toFixed(2));
    group.setAttribute("aria-label", `Point ${place + 1}, class ${look.name}, at ${across}, ${along}. ${data.says[place]}`);
  });
}

function handle(plane, place) {
  const group = element("g", { class: "point", tabindex: 0, role: "button", "aria-roledescription": "point to drag" });
  group.append(
    element("circle", { class: "touch", r: 22 }),
    element("circle", { class: "focus", r: RADIUS + 4 }),
    element("circle", { class: "disc", r: RADIUS }),
    element("text", {}),
  );
  draggable(group, {
    begin: () => {
      halt(plane);
      plane.dragging = plane.picked = place;
    },
    move: (event) => {
      if (plane.dragging !== place) return; // with two fingers, the later one counts
      const box = plane.svg.getBoundingClientRect();
      const half = plane.data.half_width;
      move(plane, place, [
        ((event.clientX - box.left) / box.width) * 2 * half - half,
        half - ((event.clientY - box.top) / box.height) * 2 * half,
      ]);
    },
    end: () => {
      if (plane.dragging !== place) return;
      plane.dragging = null;
      plane.throttle.run(true);
    },
  });
  group.onkeydown = (event) => {
    const steps = KEYS[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      plane.picked = place;
      plane.throttle.run(true);
    }
    if (!steps) return;
    event.preventDefault();
    halt(plane);
    plane.picked = place;
    const by = event.shiftKey ? 0.25 : 0.05;
    move(plane, place, plane.points[place].map((value, axis) => value + by * steps[axis]));
  };
  return group;
}

// Touching a point stops the walk.
function halt(plane) {
  clearInterval(plane.walking);
  plane.walking = null;
}

function move(plane, place, point) {
  const half = plane.data.edge;
  plane.points[place] = point.map((value) => Math.max(-half, Math.min(half, value)));
  draw(plane);
  plane.throttle.run();
}
