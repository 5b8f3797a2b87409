// The visitor's list of runs, stored in this browser: [settings as in a link, the visitor's own name or ""], oldest
// first. Several tabs write it: each writes only what has changed in its own list.

const PLACE = "contrastive-lab/runs";
let shown = []; // this tab's list when it was last written

export default function ({ data, setTriggerValue }) {
  const stored = read();
  if (data.asks && stored.length) setTriggerValue("found", stored);
  const names = new Map(data.runs), before = new Map(shown), merged = new Map(stored);
  for (const settings of before.keys()) if (!names.has(settings)) merged.delete(settings);
  for (const [settings, name] of names) if (before.get(settings) !== name) merged.set(settings, name);
  shown = data.runs;
  write([...merged].slice(-data.most));
}

function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(PLACE));
    return Array.isArray(stored) ? stored.filter(entry => Array.isArray(entry) && entry.length === 2) : [];
  } catch {
    return []; // forbidden, or not ours
  }
}

function write(runs) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(runs));
  } catch {} // full or forbidden: the list lasts as long as the page
}
