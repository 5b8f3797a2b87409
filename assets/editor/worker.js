// The worker in which a learner's Python runs. Where the mark stands, the server puts in Brython, and
// for MODULES the modules that `import` finds.

// The address of this worker's origin is "null", which Brython would not take for an address.
globalThis.__BRYTHON__ = { brython_path: "http://brython.invalid/" };

// A module that is not among ours is looked for by request; there is nowhere to ask.
globalThis.XMLHttpRequest = class {
  open() {}
  setRequestHeader() {}
  overrideMimeType() {}
  send() {
    this.status = 404;
    this.readyState = 4;
    this.onreadystatechange?.();
    this.onload?.();
  }
};

// What Brython notes down about each error and each missing module; the learner gets a sentence instead.
for (const name of ["log", "info", "debug", "warn", "error"]) console[name] = () => {};

// BRYTHON
__BRYTHON__.use_VFS = true;
__BRYTHON__.update_VFS(MODULES);
__BRYTHON__.$options = __BRYTHON__.parse_options({ debug: 1, indexeddb: false });
__BRYTHON__.recursion_limit = 250; // well before the browser's own stack is full: Brython is lost after that
globalThis.tell = (...parts) => postMessage(parts.map((part) => (typeof part === "number" ? part : String(part))));
__BRYTHON__.runPythonSource(
  `from browser import self as worker
import driver

def run(source, checks):
    driver.run(source, checks, worker.tell)

worker.run_exercise = run`,
  "start",
);
onmessage = ({ data: [source, checks] }) => {
  run_exercise(source, checks);
  tell("finished");
};
tell("ready");
