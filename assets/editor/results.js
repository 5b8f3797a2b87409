// The results of a run: each check, the first problem in words, traceback and output.

import { make } from "../shared.js";
import { SECONDS } from "./sandbox.js";

const ENDINGS = {
  late: `Stopped after ${SECONDS} seconds. Is there a loop that never ends, or one that does far more than it needs to?`,
  crashed: "Python itself broke down, perhaps because it ran out of memory. Look for a list that grows and grows.",
  flood: "Stopped: it sent more messages than the page can take in.",
  stopped: "You stopped it.",
};

export class Results {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.section = find(".results");
    this.verdict = find(".verdict");
    this.checks = find(".checks");
    this.trace = find(".trace");
    this.output = find(".output");
    this.next = find(".next");
  }

  clear() {
    this.section.hidden = true;
    this.section.className = "results";
    for (const part of [this.trace, this.output, this.next]) part.hidden = true;
    this.checks.replaceChildren();
    this.verdict.textContent = "";
    this.output.querySelector("pre").textContent = "";
    this.passed = 0;
    this.problem = null;
  }

  hear(kind, ...details) {
    if (kind === "plan") this.plan(details);
    else if (kind === "output") this.print(details[0]);
    else if (kind === "passed") {
      this.passed = Number(details[0]) + 1;
      this.show(this.passed - 1, "passed", "passed");
    } else if (kind === "problem") {
      const [sentence, trace, line] = details;
      this.problem = { sentence, trace, line: Number(line) };
    }
  }

  plan(titles) {
    this.section.hidden = false;
    this.checks.replaceChildren(
      ...titles.map((title) => make("li", {}, make("span", {}, title), make("span", { className: "unseen" }))),
    );
    titles.forEach((_, at) => this.show(at, "waiting", "not reached"));
  }

  show(at, state, word) {
    const item = this.checks.children[at];
    if (!item) return;
    item.className = state;
    item.lastElementChild.textContent = `: ${word}`;
  }

  print(text) {
    this.output.hidden = false;
    this.output.querySelector("pre").append(text);
  }

  // praise: shown if every check passed. Returns whether they did.
  finish(end, praise) {
    const total = this.checks.children.length;
    const solved = end === "finished" && total > 0 && this.passed === total && !this.problem;
    if (end !== "finished") this.problem = { sentence: ENDINGS[end], trace: "", line: 0 };
    if (!solved) this.problem ??= { sentence: "The run ended before the checks did.", trace: "", line: 0 };
    this.section.hidden = false;
    this.section.classList.add(solved ? "solved" : "unsolved");
    if (this.problem && !solved) {
      this.show(this.passed, "failed", "not passed");
      this.trace.hidden = !this.problem.trace;
      this.trace.querySelector("pre").textContent = this.problem.trace;
    }
    this.verdict.textContent = solved ? `Solved: all ${total} checks passed. ${praise}` : this.problem.sentence;
    return solved;
  }

  // The same for screen readers.
  sentence() {
    const total = this.checks.children.length;
    return `${this.verdict.textContent} ${this.passed < total ? `${this.passed} of ${total} checks passed.` : ""}`;
  }
}
