// The whole canvas on the full screen: its button, the key F, and Escape, which the browser handles.

export class FullScreen {
  constructor(root) {
    Object.assign(this, { root, button: root.querySelector(".full") });
    this.button.hidden = !document.fullscreenEnabled; // iPhones, and frames of other sites
    this.button.onclick = () => this.toggle();
    root.onfullscreenchange = () => this.button.setAttribute("aria-pressed", String(this.on));
  }

  get on() {
    return this.root.matches(":fullscreen");
  }

  toggle() {
    if (this.on) document.exitFullscreen();
    else if (document.fullscreenEnabled) this.root.requestFullscreen();
  }
}
