// A table of shaded numbers. If cells are pressable, they are buttons: click, or use the arrow keys and Enter.

import { luminanceOf, make } from "../shared.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".heatmap");
  const table = root.querySelector("table");
  const focused = parentElement.activeElement?.dataset?.place;
  root.querySelector(".above").textContent = data.columns_title;
  root.style.setProperty("--heads", `${longest(data.rows)}ch`);
  root.style.setProperty("--columns", data.columns.length);
  root.style.setProperty("--cell", `${longest(data.cells.flat().map(({ text }) => text))}ch`);
  table.setAttribute("aria-label", data.title);
  table.setAttribute("role", data.pressable ? "grid" : "table");
  table.classList.toggle("upright", longest(data.columns) > 6); // ten longer names don't fit side by side
  fill(table, data, shadesOf(root));
  if (data.pressable) makePressable(table, data, (place) => setTriggerValue("cell", place));
  buttonsOf(table).find((button) => button.dataset.place === focused)?.focus();
}

function fill(table, data, shades) {
  const cell = ({ text, shade, tip, marked }, place) => {
    if (tip === null) return make("td", { className: "empty" });
    const className = marked ? "figure marked" : "figure";
    const figure = make(data.pressable ? "button" : "div", { className, title: tip }, text);
    const [ground, ink] = shades(shade);
    Object.assign(figure.style, { background: ground, color: ink });
    if (data.pressable) figure.dataset.place = place;
    return make("td", {}, figure);
  };
  const heads = data.columns.map((name) => make("th", { scope: "col", title: name }, make("span", {}, name)));
  const rows = data.cells.map((cells, row) =>
    make("tr", {}, make("th", { scope: "row", title: data.rows[row] }, data.rows[row]), ...cells.map((one, column) => cell(one, `${row} ${column}`))),
  );
  const head = make("tr", {}, make("td", { className: "corner" }), ...heads);
  table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
}

function makePressable(table, data, pressed) {
  const buttons = buttonsOf(table);
  const move = (button) => {
    for (const other of buttons) other.tabIndex = other === button ? 0 : -1; // Tab enters the table once
  };
  for (const button of buttons) {
    const place = button.dataset.place.split(" ").map(Number);
    button.type = "button";
    button.setAttribute("aria-pressed", String(data.selected?.join(" ") === button.dataset.place));
    button.setAttribute("aria-label", button.title);
    button.onclick = () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      move(button);
      button.focus();
      pressed(place);
    };
    button.onkeydown = (event) => {
      if (!STEPS[event.key]) return;
      event.preventDefault();
      const next = nextButton(table, data, place, STEPS[event.key]);
      if (!next) return;
      move(next);
      next.focus();
    };
  }
  move(buttons.find((button) => button.getAttribute("aria-pressed") === "true") ?? buttons[0]);
}

// The next button in a direction, skipping empty cells such as the diagonal.
function nextButton(table, { cells }, [row, column], [down, right]) {
  for (let i = row + down, j = column + right; cells[i]?.[j]; i += down, j += right) {
    const next = table.querySelector(`button[data-place="${i} ${j}"]`);
    if (next) return next;
  }
  return null;
}

function buttonsOf(table) {
  return [...table.querySelectorAll("button")];
}

function longest(names) {
  return Math.max(0, ...names.map((name) => name.length));
}

// A function from 0..1 to [background, text]: the theme's sequential colours, and black or white text,
// whichever has more contrast.
function shadesOf(root) {
  const raw = getComputedStyle(root).getPropertyValue("--st-chart-sequential-colors");
  const palette = raw.split(",").map((colour) => colour.trim()).filter(Boolean);
  return (share) => {
    const ground = palette[Math.min(palette.length - 1, Math.floor(share * palette.length))] ?? "transparent";
    const light = luminanceOf(ground);
    return [ground, (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000000" : "#ffffff"];
  };
}
