// Home's canvas with its first frame, shown before Streamlit has started. Home's own canvas takes over from it
// (assets/canvas/first.js); if none appears, this one is removed after a while.
// first_picture.html puts the canvas's script before this one: mount, instances and readFrames are from there.

const LOOK_EVERY = 200; // milliseconds
const LONGEST_STAY = 20000;

const place = document.getElementById("first-picture");
const opened = location.pathname;
const large = new URLSearchParams(location.search).get("text") === "large";

// As Streamlit decides: the visitor's choice in its menu, otherwise the system's setting.
function isDark() {
  try {
    const picked = JSON.parse(localStorage.getItem(`stActiveTheme-${opened}-v2`));
    if (picked === "Dark" || picked === "Light") return picked === "Dark";
  } catch {
    // no storage, or another version's format
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function bytesOf(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at); // many times faster than Uint8Array.from
  return bytes;
}

function ignore() {} // there is no Python yet

function showFirst() {
  const host = place.querySelector(".picture");
  host.attachShadow({ mode: "open" }).append(document.getElementById("first-canvas").content.cloneNode(true));
  const data = bytesOf("{{options}}");
  const destroy = mount({ data, parentElement: host.shadowRoot, setTriggerValue: ignore, setStateValue: ignore });
  const canvas = instances.get(host.shadowRoot);
  canvas.given = canvas.frames.options;
  canvas.onFrames(readFrames(bytesOf("{{first}}"), true), {});
  return destroy;
}

function leaveInTime(destroy) {
  const end = performance.now() + LONGEST_STAY;
  const looking = setInterval(() => {
    if (location.pathname !== opened || performance.now() > end) place.leave();
  }, LOOK_EVERY);
  place.leave = () => {
    clearInterval(looking);
    destroy();
    place.remove();
    document.documentElement.style.fontSize = "";
  };
}

// With reduced motion the canvas starts at the last frame, which only Home's own canvas has.
if (matchMedia("(prefers-reduced-motion: reduce)").matches) place.remove();
else {
  place.classList.toggle("dark", isDark());
  place.classList.add("shown");
  if (large) document.documentElement.style.fontSize = "22.4px"; // as in assets/frame/large.css
  try {
    leaveInTime(showFirst());
  } catch (error) {
    place.remove();
    throw error;
  }
}
