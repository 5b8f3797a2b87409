// The link to what is on the screen: Python knows the address, only the canvas knows the picture's bookmark.
// The canvas is asked in the browser, so zooming and playing cause no script reruns.

import { ASKED } from "../shared.js";

const REFRESH = 500; // milliseconds; the picture may change while the link is open
const SAID = 2000; // milliseconds for which the button shows the result

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".link");
  const address = root.querySelector(".address"), button = root.querySelector(".copy"), told = root.querySelector(".told");
  const show = () => {
    const link = linkOf(data);
    if (address.textContent !== link) address.textContent = link;
  };
  const say = (word, sentence) => {
    button.textContent = word;
    told.textContent = sentence;
    clearTimeout(root.saying);
    root.saying = setTimeout(() => (button.textContent = "Copy"), SAID);
  };
  button.onclick = async () => {
    show();
    if (await copied(address.textContent)) return say("Copied", "The link is copied.");
    getSelection().selectAllChildren(address);
    say("Press Ctrl+C", "The browser does not let the page copy; the link is selected.");
  };
  show();
  clearInterval(root.looking); // Streamlit calls this again on every change of data or theme
  root.looking = setInterval(show, REFRESH);
  return () => {
    clearInterval(root.looking);
    clearTimeout(root.saying);
  };
}

function linkOf({ address, run }) {
  const answers = [];
  window.dispatchEvent(new CustomEvent(ASKED, { detail: { run, answers } }));
  const bookmark = answers.find(Boolean);
  return bookmark ? `${address}${address.includes("?") ? "&" : "?"}seen=${encodeURIComponent(bookmark)}` : address;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text); // needs https or localhost
    return true;
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
