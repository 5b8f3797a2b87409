// What this browser stores per exercise: the code, the number of tries and hints seen, whether it is solved.

const PREFIX = "contrastive-lab/exercise/";
const inMemory = new Map(); // fallback without storage

export function remembered(name) {
  let text = inMemory.get(name);
  try {
    text = localStorage.getItem(PREFIX + name) ?? text;
  } catch {}
  let kept = null;
  try {
    kept = JSON.parse(text);
  } catch {}
  return { code: null, before: null, tries: 0, hints: 0, solved: false, ...kept };
}

export function remember(name, changes) {
  const kept = { ...remembered(name), ...changes };
  const text = JSON.stringify(kept);
  inMemory.set(name, text);
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {} // full or forbidden: kept until the page is closed
  return kept;
}
