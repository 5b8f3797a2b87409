// The first picture: Home's canvas with the first of its frames, on the screen before Streamlit is. Streamlit's own
// canvas takes over from there (assets/canvas/first.js); where none comes, this one leaves after a while.

const LOOK = 200; // milliseconds
const LONGEST = 20000;

const place = document.getElementById("first-picture");
const opened = location.pathname;

// As Streamlit chooses: what the visitor has picked in its menu, else what the system wants.
function isDark() {
  try {
    const picked = JSON.parse(localStorage.getItem(`stActiveTheme-${opened}-v2`));
    if (picked === "Dark" || picked === "Light") return picked === "Dark";
  } catch {
    // a browser that keeps nothing, or another version's way of writing it
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function bytesOf(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at); // many times faster than Uint8Array.from
  return bytes;
}

function showFirst() {
  const host = place.querySelector(".picture");
  const nobody = () => {};
  host.attachShadow({ mode: "open" }).append(document.getElementById("first-canvas").content.cloneNode(true));
  const data = bytesOf("{{options}}");
  const destroy = mount({ data, parentElement: host.shadowRoot, setTriggerValue: nobody, setStateValue: nobody });
  const canvas = instances.get(host.shadowRoot);
  canvas.given = canvas.frames.options;
  canvas.hear(readFrames(bytesOf("{{first}}"), true), {});
  return destroy;
}

function leaveInTime(destroy) {
  const end = performance.now() + LONGEST;
  const looking = setInterval(() => {
    if (location.pathname !== opened || performance.now() > end) place.leave();
  }, LOOK);
  place.leave = () => {
    clearInterval(looking);
    destroy();
    place.remove();
  };
}

// Who prefers less motion is shown the last frame at once, and it comes with Streamlit's own canvas.
if (matchMedia("(prefers-reduced-motion: reduce)").matches) place.remove();
else {
  place.classList.toggle("dark", isDark());
  place.classList.add("shown");
  try {
    leaveInTime(showFirst());
  } catch (error) {
    place.remove();
    throw error;
  }
}
