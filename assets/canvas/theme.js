// Colours from Streamlit's theme, so the picture follows light and dark mode.

const PALETTE = ["#116fbf", "#e97112", "#cc100a", "#626261", "#8a5ff5", "#97735d", "#bb1aa3", "#96975e", "#077117", "#1e9cab"];

export function readTheme(element, classes) {
  const style = getComputedStyle(element);
  const themed = (name, fallback) => {
    const value = style.getPropertyValue(name).trim();
    return parseColour(value && value !== "unset" ? value : fallback);
  };
  const chart = style.getPropertyValue("--st-chart-categorical-colors").split(",").map((c) => c.trim()).filter(Boolean);
  const palette = (chart.length >= Math.min(classes, 10) ? chart : PALETTE).map(parseColour);
  const background = themed("--st-background-color", "#ffffff");
  const text = themed("--st-text-color", "#31333f");
  const font = style.getPropertyValue("--st-font").trim();
  return { palette, background, text, unit: textUnit(), font: font && font !== "unset" ? font : "sans-serif", dark: brightness(background) < 0.4 };
}

// 1 in the usual text size, more in a larger one.
export function textUnit() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 14;
}

// The font of text in a picture, for `context.font`; size: in pixels of the usual text size.
export function lettering({ unit, font }, size, weight = 400) {
  return `${weight} ${size * unit}px ${font}`;
}

// A CSS colour as [red, green, blue], by the browser's own parser. Its text is read, not a pixel: browsers with
// privacy settings return other pixels than were drawn.
const parser = document.createElement("canvas").getContext("2d");

function parseColour(colour) {
  parser.fillStyle = "#000";
  parser.fillStyle = colour;
  const text = parser.fillStyle; // "#rrggbb", or "rgba(r, g, b, a)" for a translucent one
  if (text.startsWith("#")) return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  return text.match(/[\d.]+/g).slice(0, 3).map(Number);
}

function brightness([r, g, b]) {
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}

export function mix(a, b, share) {
  return a.map((value, i) => Math.round(value + (b[i] - value) * share));
}

export function css([r, g, b], alpha = 1) {
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}
