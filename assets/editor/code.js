// A plain text area for Python: line numbers, Tab, automatic indentation, and the browser's own undo.

const INDENT = "    ";

export class CodeEditor {
  // changed() is called on every edit, run() on Ctrl+Enter
  constructor(code, label, changed, run) {
    Object.assign(this, { changed, run });
    this.element = document.createElement("div");
    this.element.className = "editor";
    this.gutter = document.createElement("div");
    this.gutter.className = "gutter";
    this.gutter.setAttribute("aria-hidden", "true");
    this.area = document.createElement("textarea");
    Object.assign(this.area, { value: code, spellcheck: false, autocapitalize: "off", autocomplete: "off", wrap: "off" });
    this.area.setAttribute("autocorrect", "off");
    this.area.setAttribute("aria-label", label);
    this.area.setAttribute("aria-describedby", "cl-editor-keys");
    this.element.append(this.gutter, this.area);
    this.area.oninput = () => {
      this.mark(0);
      this.number();
      this.changed();
    };
    this.area.onscroll = () => this.follow();
    this.area.onkeydown = (event) => this.key(event);
    this.area.onblur = () => (this.leaving = false);
    this.number();
  }

  get code() {
    return this.area.value;
  }

  // Replaces the whole text as a single undoable edit.
  replace(code) {
    this.area.focus();
    this.area.select();
    this.insert(code);
    this.area.setSelectionRange(0, 0);
    this.area.scrollTop = 0;
  }

  // Marks the line of an error, 0 for none.
  mark(line) {
    this.marked = line;
    for (const [at, number] of [...this.gutter.children].entries()) number.classList.toggle("wrong", at + 1 === line);
  }

  key(event) {
    const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing } = event;
    if (isComposing) return;
    const leaving = this.leaving;
    if (!["Shift", "Control", "Alt", "Meta"].includes(key)) this.leaving = key === "Escape";
    const done = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (key === "Enter" && (ctrlKey || metaKey)) {
      done();
      this.run();
    } else if (ctrlKey || metaKey || altKey) {
      return;
    } else if (key === "Tab" && !leaving) {
      done();
      this.indent(shiftKey);
    } else if (key === "Enter") {
      done();
      this.newLine();
    } else if (key === "Backspace" && this.unindent()) {
      done();
    }
  }

  indent(back) {
    const { value, selectionStart: from, selectionEnd: to } = this.area;
    const start = value.lastIndexOf("\n", from - 1) + 1;
    if (!back && from === to) {
      this.insert(" ".repeat(INDENT.length - ((from - start) % INDENT.length)));
      return;
    }
    // A selection that ends at the start of a line does not include that line.
    const last = to > from && value[to - 1] === "\n" ? to - 1 : to;
    const end = value.indexOf("\n", last) === -1 ? value.length : value.indexOf("\n", last);
    const lines = value.slice(start, end).split("\n");
    const moved = lines.map((line) => (back ? line.replace(/^ {1,4}/, "") : line && INDENT + line));
    const text = moved.join("\n");
    if (text === lines.join("\n")) return;
    this.area.setSelectionRange(start, end);
    this.insert(text);
    if (from === to) {
      const at = Math.max(start, from + moved[0].length - lines[0].length);
      this.area.setSelectionRange(at, at);
    } else this.area.setSelectionRange(start, start + text.length);
  }

  // Keeps the indentation, one level deeper after a colon.
  newLine() {
    const { value, selectionStart: from } = this.area;
    const line = value.slice(value.lastIndexOf("\n", from - 1) + 1, from);
    const deeper = /:\s*(#.*)?$/.test(line) ? INDENT : "";
    this.insert("\n" + line.match(/^ */)[0] + deeper);
  }

  // Backspace within the indentation removes a whole level.
  unindent() {
    const { value, selectionStart: from, selectionEnd: to } = this.area;
    const line = value.slice(value.lastIndexOf("\n", from - 1) + 1, from);
    if (from !== to || line === "" || /[^ ]/.test(line)) return false;
    this.area.setSelectionRange(from - (((line.length - 1) % INDENT.length) + 1), from);
    this.insert("");
    return true;
  }

  // As if typed, so that it can be undone.
  insert(text) {
    const { selectionStart: from, selectionEnd: to } = this.area;
    const command = text === "" ? "delete" : "insertText";
    if (!document.execCommand(command, false, text)) {
      this.area.setRangeText(text, from, to, "end");
      this.area.dispatchEvent(new Event("input"));
    }
  }

  number() {
    const count = this.code.split("\n").length;
    if (this.gutter.children.length !== count) {
      this.gutter.replaceChildren(
        ...Array.from({ length: count }, (_, at) => {
          const number = document.createElement("div");
          number.textContent = at + 1;
          return number;
        }),
      );
      this.mark(this.marked ?? 0);
    }
    this.area.style.height = ""; // fits its lines, so that the page scrolls instead of the editor
    this.element.style.setProperty("--lines", count);
    this.follow();
  }

  follow() {
    this.gutter.scrollTop = this.area.scrollTop;
  }
}
