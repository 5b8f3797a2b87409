// The link to what is on the screen: the address that Python knows, and how the picture is seen, which only the
// canvas knows. It is asked here, so no script runs while somebody zooms or plays.

const ASKED = "contrastive-lab-seen"; // assets/canvas/seen.js listens
const AGAIN = 500; // milliseconds; the picture may move on while the link is open
const SAID = 2000; // milliseconds for which the button says what it has done

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
  clearInterval(root.looking); // Streamlit calls this again whenever the data or the theme change
  root.looking = setInterval(show, AGAIN);
  return () => {
    clearInterval(root.looking);
    clearTimeout(root.saying);
  };
}

function linkOf({ address, run }) {
  const answers = [];
  window.dispatchEvent(new CustomEvent(ASKED, { detail: { run, answers } }));
  const seen = answers.find(Boolean);
  return seen ? `${address}${address.includes("?") ? "&" : "?"}seen=${encodeURIComponent(seen)}` : address;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text); // only where the page came by https, or from this machine
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
