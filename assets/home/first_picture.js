// The first picture: the canvas of Home, alive before Streamlit is. Streamlit's own canvas goes on where this one
// stands (assets/canvas/first.js); where none comes, this one makes way for what Streamlit has to say.

const LOOK = 200; // milliseconds
const PATIENCE = 3000; // after Streamlit's page has come without a canvas
const LONGEST = 20000;

const place = document.getElementById("first-picture");
const host = place.querySelector(".picture");
const opened = location.pathname;
const nobody = () => {};

// As Streamlit chooses: what the visitor has picked in its menu, else what the system wants.
function isDark() {
  try {
    const picked = JSON.parse(localStorage.getItem(`stActiveTheme-${opened}-v2`) ?? "null")?.name ?? "";
    if (/dark/i.test(picked)) return true;
    if (/light/i.test(picked)) return false;
  } catch {
    // a browser that keeps nothing, or another version's way of writing it
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

place.classList.toggle("dark", isDark());
host.attachShadow({ mode: "open" }).append(document.getElementById("first-canvas").content.cloneNode(true));
const data = Uint8Array.from(atob("{{options}}"), (letter) => letter.charCodeAt(0));
const destroy = mount({ data, parentElement: host.shadowRoot, setTriggerValue: nobody, setStateValue: nobody });

function leave() {
  clearInterval(looking);
  destroy();
  place.remove();
}
Object.assign(place, { leave, canvas: instances.get(host.shadowRoot) });

const began = performance.now();
let came = Infinity;
const looking = setInterval(() => {
  const now = performance.now();
  if (document.querySelector('.stApp[data-test-script-state="notRunning"] h1')) came = Math.min(came, now);
  if (location.pathname !== opened || now > came + PATIENCE || now > began + LONGEST) leave();
}, LOOK);
