// The worker that runs a learner's Python. The server replaces the BRYTHON line by Brython itself, and MODULES
// by the importable modules (pages/ui/exercises/python.py).

// This worker's origin is "null", which Brython would not accept as an address.
globalThis.__BRYTHON__ = { brython_path: "http://brython.invalid/" };

// Brython requests unknown modules from a server; there is none.
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

// Mute Brython's log of errors and missing modules; the learner gets a sentence instead.
for (const name of ["log", "info", "debug", "warn", "error"]) console[name] = () => {};

// BRYTHON
__BRYTHON__.use_VFS = true;
__BRYTHON__.update_VFS(MODULES);
__BRYTHON__.$options = __BRYTHON__.parse_options({ debug: 1, indexeddb: false });
__BRYTHON__.recursion_limit = 250; // well below the browser's stack limit, which Brython does not survive
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
