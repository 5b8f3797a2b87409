// A browser that translates the page puts "font" elements in the place of its texts. React, which Streamlit is made
// of, then goes on changing the texts that it knows, unseen, and the page shows old facts. So a text that changes
// takes its place again; the browser translates it like any new one.

const translated = new WeakMap(); // text -> the font element in its place

const changing = new MutationObserver((records) => {
  for (const { target } of records) {
    const font = translated.get(target);
    if (font?.isConnected) font.replaceWith(target);
    translated.delete(target);
  }
});

const translating = new MutationObserver((records) => {
  for (const { removedNodes, addedNodes, previousSibling, nextSibling } of records) {
    const font = [...addedNodes, previousSibling, nextSibling].find((node) => node?.nodeName === "FONT");
    for (const node of font ? removedNodes : []) {
      if (node.nodeType !== Node.TEXT_NODE || node.isConnected) continue;
      translated.set(node, font);
      changing.observe(node, { characterData: true });
    }
  }
});

if (!window.textsTakeTheirPlace) {
  window.textsTakeTheirPlace = true;
  translating.observe(document.body, { childList: true, subtree: true });
}
