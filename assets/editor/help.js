// Hints one at a time, and the solution after an attempt.

import { make } from "../shared.js";

export class Help {
  // seen(count) is called with the number of open hints
  constructor(root, seen) {
    const find = (selector) => root.querySelector(selector);
    this.seen = seen;
    this.button = find(".hint");
    this.list = find(".hints");
    this.solve = find(".solve");
    this.solution = find(".solution");
    this.why = find(".why");
    this.button.onclick = () => this.seen(this.open + 1);
    this.solve.onclick = () => {
      if (this.solve.getAttribute("aria-disabled") === "true") return;
      this.solution.hidden = !this.solution.hidden;
      this.name();
    };
  }

  start(hints, solution) {
    this.hints = hints;
    this.solution.hidden = true;
    this.solution.querySelector("pre").textContent = solution.trimEnd();
  }

  show(open, tried) {
    this.open = Math.min(open, this.hints.length);
    const left = this.open < this.hints.length;
    this.button.hidden = !left;
    this.button.textContent = this.open === 0 ? "Give me a hint" : `Hint ${this.open + 1} of ${this.hints.length}`;
    this.list.replaceChildren(...this.hints.slice(0, this.open).map((hint) => make("li", {}, ...withCode(hint))));
    this.solve.setAttribute("aria-disabled", String(!tried));
    this.why.textContent = tried ? "" : "The solution unlocks once you have run your own attempt.";
    this.name();
  }

  name() {
    this.solve.textContent = this.solution.hidden ? "Show the solution" : "Hide the solution";
    this.solve.setAttribute("aria-expanded", String(!this.solution.hidden));
  }
}

// Text between backticks becomes code.
function withCode(text) {
  return text.split("`").map((part, at) => (at % 2 === 0 ? part : make("code", {}, part)));
}
