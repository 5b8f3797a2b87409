// What is remembered of each exercise, in this browser: the code, the tries, the hints seen, whether it is solved.

const PREFIX = "contrastive-lab/exercise/";
const inMemory = new Map(); // where the browser keeps nothing for this site

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
  } catch {} // full or forbidden: it lasts as long as the page
  return kept;
}
