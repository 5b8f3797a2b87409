// A table of shaded numbers. Where cells can be pressed, they are buttons: for a click, or the arrow keys and Enter.

import { luminanceOf, make } from "../shared.js";

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".heatmap");
  const table = root.querySelector("table");
  const shades = shadesOf(root);
  root.querySelector(".above").textContent = data.columns_title;
  root.style.setProperty("--heads", `${longest(data.rows)}ch`);
  table.setAttribute("aria-label", data.title);
  table.setAttribute("role", data.pressable ? "grid" : "table");
  table.classList.toggle("upright", longest(data.columns) > 6); // ten longer names don't fit side by side
  const focused = parentElement.activeElement?.dataset?.place;

  const heads = data.columns.map((name) => make("th", { scope: "col" }, make("span", {}, name)));
  const rows = data.rows.map((name, row) =>
    make("tr", {}, make("th", { scope: "row" }, name), ...data.columns.map((_, column) => square(row, column))),
  );
  const head = make("tr", {}, make("td", { className: "corner" }), ...heads);
  table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
  const buttons = [...table.querySelectorAll("button")];
  const entry = buttons.find((button) => button.getAttribute("aria-pressed") === "true") ?? buttons[0];
  if (entry) entry.tabIndex = 0;
  buttons.find((button) => button.dataset.place === focused)?.focus();

  function square(row, column) {
    const { text, shade, tip, marked } = data.cells[row][column];
    if (tip === null) return make("td", { className: "empty" });
    const className = marked ? "figure marked" : "figure";
    const figure = make(data.pressable ? "button" : "div", { className, title: tip }, text);
    const [ground, ink] = shades(shade);
    Object.assign(figure.style, { background: ground, color: ink });
    if (data.pressable) makePressable(figure, row, column);
    return make("td", {}, figure);
  }

  function makePressable(button, row, column) {
    const pressed = data.selected !== null && data.selected[0] === row && data.selected[1] === column;
    Object.assign(button, { type: "button", tabIndex: -1 });
    button.dataset.place = `${row} ${column}`;
    button.setAttribute("aria-pressed", String(pressed));
    button.setAttribute("aria-label", button.title);
    button.onclick = () => {
      for (const other of buttonsOf()) other.setAttribute("aria-pressed", String(other === button));
      move(button);
      setTriggerValue("cell", [row, column]);
    };
    button.onkeydown = (event) => {
      const [down, right] = STEPS[event.key] ?? [0, 0];
      if (!down && !right) return;
      event.preventDefault();
      const next = beyond(row, column, down, right);
      if (next) move(next);
    };
  }

  // The next square that can be pressed in a direction; the diagonal, where it is empty, is leapt over.
  function beyond(row, column, down, right) {
    for (let i = row + down, j = column + right; data.cells[i]?.[j]; i += down, j += right) {
      const next = table.querySelector(`button[data-place="${i} ${j}"]`);
      if (next) return next;
    }
    return null;
  }

  function move(button) {
    for (const other of buttonsOf()) other.tabIndex = other === button ? 0 : -1;
    button.focus();
  }

  function buttonsOf() {
    return table.querySelectorAll("button");
  }
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function longest(names) {
  return Math.max(0, ...names.map((name) => name.length));
}

// A shade from 0 to 1 as [ground, ink]: the theme's colours for rising values, and black or white, whichever
// stands out more.
function shadesOf(root) {
  const raw = getComputedStyle(root).getPropertyValue("--st-chart-sequential-colors");
  const palette = raw.split(",").map((colour) => colour.trim()).filter(Boolean);
  return (share) => {
    const ground = palette[Math.min(palette.length - 1, Math.floor(share * palette.length))] ?? "transparent";
    const light = luminanceOf(ground);
    return [ground, (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000000" : "#ffffff"];
  };
}
