// The loss as a function of a pair's distance. A margin or temperature is a handle on the curve.

import { draggable, element, set, Throttle } from "../shared.js";

const WIDTH = 460, HEIGHT = 230, LEFT = 42, RIGHT = 12, TOP = 14, BOTTOM = 36, SEND_EVERY = 120;
const COLOURS = { positive: "#3f90da", negative: "#e76300" };

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".curve");
  const chart = (root.chart ??= fresh(root, data));
  chart.data = data;
  chart.send = (value) => setTriggerValue("handle", value);
  if (!chart.dragging && chart.throttle.timer === null && chart.sent <= data.heard) chart.handle = data.handle;
  draw(chart);
}

function fresh(root, data) {
  const chart = { svg: root.querySelector(".chart"), sent: data.heard, dragging: false };
  chart.throttle = new Throttle(SEND_EVERY, () => chart.send({ sent: (chart.sent += 1), at: chart.handle }));
  return chart;
}

function draw(chart) {
  const { data, svg } = chart;
  set(svg, { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-label": data.title });
  const x = (value) => LEFT + (value / data.farthest) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - (Math.min(value, data.highest) / data.highest) * (HEIGHT - TOP - BOTTOM);
  chart.value = (pixels) => ((pixels - LEFT) / (WIDTH - LEFT - RIGHT)) * data.farthest;
  chart.x = x;
  let back = svg.querySelector(".back");
  if (!back) svg.append((back = element("g", { class: "back" })));
  const parts = [
    element("line", { class: "frame", x1: LEFT, x2: WIDTH - RIGHT, y1: y(0), y2: y(0) }),
    element("line", { class: "frame", x1: LEFT, x2: LEFT, y1: TOP, y2: y(0) }),
    element("text", { class: "faint", x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, data.across),
  ];
  for (let at = 0; at <= data.farthest + 1e-9; at += 0.5) {
    parts.push(element("text", { class: "faint", x: x(at), y: y(0) + 15, "text-anchor": "middle" }, `${at}`));
  }
  for (const share of [0, 0.5, 1]) {
    const value = share * data.highest;
    parts.push(element("text", { class: "faint", x: LEFT - 5, y: y(value) + 4, "text-anchor": "end" }, number(value)));
  }
  for (const [kind, values] of Object.entries(data.lines)) {
    const places = values.map((value, place) => `${x((place / (values.length - 1)) * data.farthest)},${y(value)}`);
    // cut off at the top
    const seen = places.filter((_, place) => values[place] <= data.highest || values[place - 1] <= data.highest || values[place + 1] <= data.highest);
    parts.push(element("polyline", { class: "line", "data-kind": kind, points: seen.join(" "), stroke: COLOURS[kind] }));
  }
  for (const { kind, distance, loss } of data.dots) {
    parts.push(element("circle", { class: "dot", cx: x(Math.min(distance, data.farthest)), cy: y(loss), r: 5.5, fill: COLOURS[kind] }));
  }
  back.replaceChildren(...parts);
  placeGrip(chart);
}

function placeGrip(chart) {
  const { svg, data } = chart;
  let grip = svg.querySelector(".grip");
  if (chart.handle === null || data.handle === null) {
    grip?.remove();
    return;
  }
  if (!grip) svg.append((grip = makeGrip(chart)));
  const at = chart.x(Math.min(chart.handle, data.farthest));
  set(grip, {
    transform: `translate(${at} 0)`, "aria-label": data.handle_label, "aria-valuetext": data.handle_text,
    "aria-valuemin": 0, "aria-valuemax": data.farthest, "aria-valuenow": chart.handle.toFixed(2),
  });
  const text = grip.querySelector("text");
  text.textContent = data.handle_text;
  set(text, at > WIDTH - 120 ? { "text-anchor": "end", x: -9 } : { "text-anchor": "start", x: 9 });
}

function makeGrip(chart) {
  const grip = element("g", { class: "grip", role: "slider", tabindex: 0 });
  grip.append(
    element("rect", { class: "touch", x: -14, y: 0, width: 28, height: HEIGHT - BOTTOM + 10 }),
    element("line", { class: "bar", x1: 0, x2: 0, y1: TOP, y2: HEIGHT - BOTTOM }),
    element("circle", { class: "knob", cx: 0, cy: TOP + 6, r: 8 }),
    element("text", { y: TOP + 10 }),
  );
  draggable(grip, {
    begin: () => (chart.dragging = true),
    move: (event) => {
      const box = chart.svg.getBoundingClientRect();
      move(chart, chart.value(((event.clientX - box.left) / box.width) * WIDTH));
    },
    end: () => {
      chart.dragging = false;
      chart.throttle.run(true);
    },
  });
  grip.onkeydown = (event) => {
    const step = { ArrowLeft: -0.05, ArrowRight: 0.05, ArrowDown: -0.05, ArrowUp: 0.05, PageDown: -0.25, PageUp: 0.25 }[event.key];
    if (!step) return;
    event.preventDefault();
    move(chart, chart.handle + step);
  };
  return grip;
}

function move(chart, value) {
  chart.handle = Math.max(0, Math.min(chart.data.farthest, value));
  draw(chart);
  chart.throttle.run();
}

function number(value) {
  return Number(value.toPrecision(2)).toString();
}
