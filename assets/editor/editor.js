// The exercises' editor: one instance per mounted component, and how its parts work together.

import { make, mounting } from "../shared.js";
import { CodeEditor } from "./code.js";
import { Help } from "./help.js";
import { Results } from "./results.js";
import { Sandbox } from "./sandbox.js";
import { remember, remembered } from "./storage.js";

class ExerciseEditor {
  constructor(root) {
    this.root = root;
    const find = (selector) => root.querySelector(selector);
    this.place = find(".code");
    this.button = find(".run");
    this.word = find(".run-word");
    this.state = find(".state");
    this.status = find(".status");
    this.over = find(".over");
    this.restore = find(".restore");
    this.steps = find(".steps");
    this.progress = find(".progress-text");
    this.results = new Results(root);
    this.help = new Help(root, (count) => this.showHelp({ hints: count }));
    this.editors = new Map(); // one per exercise, so that each keeps its own undo history
    this.button.onclick = () => (this.running ? this.sandbox?.stop?.() : this.run());
    this.over.onclick = () => this.startOver();
    this.restore.onclick = () => this.bringBack();
    this.results.next.onclick = () => this.component.setTriggerValue("next", this.data.next.name);
    root.contrastiveEditor = { ready: () => this.sandbox.ready }; // for tests
  }

  // Called by Streamlit on every change of data or theme.
  update(component) {
    const { data } = component;
    this.component = component;
    const other = data.name !== this.data?.name;
    this.data = data;
    if (!this.sandbox) this.prepare();
    if (other) this.open();
    this.showProgress();
  }

  open() {
    const { name, title, stub, hints, solution } = this.data;
    if (this.running) this.sandbox?.stop?.();
    const kept = remembered(name);
    if (!this.editors.has(name)) {
      this.editors.set(name, new CodeEditor(kept.code ?? stub, `Code: ${title}`, () => this.changed(), () => this.run()));
    }
    this.editor = this.editors.get(name);
    this.place.replaceChildren(this.editor.element);
    this.editor.number();
    this.results.clear();
    this.help.start(hints, solution);
    this.showHelp({});
    this.showRestore();
  }

  changed() {
    remember(this.data.name, { code: this.editor.code });
    this.showRestore();
  }

  startOver() {
    if (this.editor.code === this.data.stub) return;
    remember(this.data.name, { before: this.editor.code });
    this.editor.replace(this.data.stub);
    this.showRestore();
    this.say("Your code is no longer in the editor; “Undo: bring my code back” restores it.");
  }

  bringBack() {
    this.editor.replace(remembered(this.data.name).before);
    remember(this.data.name, { before: null });
    this.showRestore();
    this.say("Your code is back.");
  }

  showRestore() {
    const { before } = remembered(this.data.name);
    this.restore.hidden = before === null || before === this.editor.code;
    this.over.disabled = this.editor.code === this.data.stub;
  }

  showHelp(changes) {
    const { hints, tries } = remember(this.data.name, changes);
    this.help.show(hints, tries > 0);
  }

  // Starts the Python for the next run in advance.
  prepare() {
    this.sandbox = new Sandbox(this.root, this.data.python);
    const { sandbox } = this;
    this.show("Python is starting…");
    sandbox.ready.then(
      () => sandbox === this.sandbox && !this.running && this.show(""),
      (error) => sandbox === this.sandbox && !this.running && this.show(error.message),
    );
  }

  async run() {
    if (this.running) return;
    const { name, stub, checks, next } = this.data;
    const { code } = this.editor;
    const { results, editor } = this;
    if (this.sandbox.disposed) this.prepare();
    this.running = true;
    this.button.classList.add("running");
    this.word.textContent = "Stop";
    this.show("Running…");
    results.clear();
    editor.mark(0);
    let end, failure;
    try {
      end = await this.sandbox.run(code, checks, (...told) => this.data.name === name && results.hear(...told));
    } catch (error) {
      failure = error.message;
    }
    this.running = false;
    this.button.classList.remove("running");
    this.word.textContent = "Run";
    if (this.gone) return;
    if (failure) {
      this.sandbox.dispose();
      this.show(`${failure} Press Run to try again; if that does not help, another browser may.`);
      this.say(failure);
      return;
    }
    this.prepare();
    if (this.data.name !== name) return;
    const solved = results.finish(end, this.data.solved);
    if (results.problem?.line) editor.mark(results.problem.line);
    const { tries } = remembered(name);
    remember(name, { tries: tries + (sense(code) !== sense(stub)), ...(solved && { solved: true }) });
    if (solved && next) {
      results.next.hidden = false;
      results.next.textContent = `Next: ${next.title}`;
    }
    this.showHelp({});
    this.showProgress();
    this.say(results.sentence());
  }

  show(text) {
    this.state.textContent = text;
  }

  // For screen readers. Cleared first, so that the same sentence is announced again.
  say(text) {
    this.status.textContent = "";
    setTimeout(() => (this.status.textContent = text), 100);
  }

  showProgress() {
    const { exercises, name } = this.data;
    const solved = exercises.map((one) => remembered(one.name).solved);
    this.steps.replaceChildren(
      ...exercises.map(({ name: own, title }, at) => {
        const words = `${title}: ${solved[at] ? "done" : "not done yet"}`;
        const className = solved[at] ? "done" : "open", ariaCurrent = own === name ? "step" : null;
        return make("li", { className, title, ariaCurrent }, make("span", { className: "unseen" }, words));
      }),
    );
    const count = solved.filter(Boolean).length;
    this.progress.textContent = count === exercises.length ? "All done" : `${count} of ${exercises.length} done`;
  }

  destroy() {
    this.gone = true;
    this.sandbox?.stop?.();
    this.sandbox?.dispose();
  }
}

// The code without comments and whitespace, to compare a try with the stub.
function sense(code) {
  return code.replace(/#.*$/gm, "").replace(/\s+/g, "");
}

export default mounting(ExerciseEditor, ".cl-editor");
