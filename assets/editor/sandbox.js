// Python in a worker inside an origin-less iframe: its code can reach neither this page nor any server.

export const SECONDS = 3; // limit of a run
const START_SECONDS = 30; // limit for starting Python, on a slow machine
const MESSAGES = 20000; // limit per run

const FRAME = `<!doctype html>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; connect-src 'none'">
<script>
addEventListener("message", ({ data, ports: [port] }) => {
  const worker = new Worker(URL.createObjectURL(new Blob([data], { type: "text/javascript" })));
  worker.onmessage = ({ data }) => port.postMessage(data);
  worker.onerror = () => port.postMessage(["crashed"]);
  port.onmessage = ({ data }) => worker.postMessage(data);
}, { once: true });
</script>`;

const scripts = new Map(); // address -> promise of the worker's script; failures are not cached

function scriptAt(address) {
  if (!scripts.has(address)) {
    const script = fetchScript(address);
    script.catch(() => scripts.delete(address));
    scripts.set(address, script);
  }
  return scripts.get(address);
}

async function fetchScript(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? "The server does not answer.");
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).text();
}

// Serves a single run, so that each starts with a fresh Python.
export class Sandbox {
  constructor(place, address) {
    this.ready = new Promise((resolve, reject) => {
      this.giveUp = reject;
      const late = setTimeout(() => reject(new Error("Python did not start in this browser.")), START_SECONDS * 1000);
      this.prepare(place, address, resolve).catch(reject);
      this.stopWaiting = () => clearTimeout(late);
    }).finally(() => this.stopWaiting());
    this.ready.catch(() => this.dispose()); // run() reports it
  }

  async prepare(place, address, ready) {
    const script = await scriptAt(address);
    if (this.disposed) return;
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.port.onmessage = ({ data }) => {
      if (data[0] === "ready") ready();
      else if (data[0] === "crashed") this.giveUp(new Error("Python did not start in this browser."));
    };
    this.frame = document.createElement("iframe");
    this.frame.setAttribute("sandbox", "allow-scripts");
    this.frame.hidden = true;
    this.frame.title = "Python";
    this.frame.srcdoc = FRAME;
    this.frame.onload = () => this.frame.contentWindow.postMessage(script, "*", [port2]);
    place.append(this.frame);
  }

  // hear(kind, ...) receives the messages of assets/exercises/driver.py; resolves to how the run ended:
  // "finished", "late", "crashed", "flood" or, by stop(), "stopped".
  async run(source, checks, hear) {
    const stopped = new Promise((resolve) => (this.stop = () => resolve("stopped")));
    const end = await Promise.race([stopped, this.execute(source, checks, hear)]);
    this.dispose();
    return end;
  }

  async execute(source, checks, hear) {
    await this.ready;
    return new Promise((resolve) => {
      let heard = 0;
      this.port.onmessage = ({ data }) => {
        const [kind, ...details] = data;
        if (kind === "finished" || kind === "crashed") resolve(kind);
        else if (++heard > MESSAGES) resolve("flood");
        else hear(kind, ...details);
      };
      this.port.postMessage([source, checks]);
      this.clock = setTimeout(() => resolve("late"), SECONDS * 1000);
    });
  }

  dispose() {
    this.disposed = true;
    clearTimeout(this.clock);
    this.port?.close();
    this.frame?.remove(); // also terminates the worker, even in the middle of a loop
  }
}
