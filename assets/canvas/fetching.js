// Fetches the frames of a run from the app itself, so that no script runs while somebody watches.

const LIVE_WAIT = 400; // milliseconds between two looks at a run in training
const REPLAY_WAIT = 1000; // and at a replay that is being made

class Fetching {
  // heard: called with frames (or null while there are none yet), and the status of the run
  constructor(heard, ended, failed) {
    Object.assign(this, { heard, ended, failed });
  }

  follow(options) {
    const wanted = JSON.stringify([options.source, options.split, options.view, options.live]);
    if (wanted === this.wanted) return;
    this.stop();
    this.wanted = wanted;
    this.turn = (this.turn ?? 0) + 1;
    this.steps = -1;
    this.replay = "";
    this.look(options, this.turn);
  }

  stop() {
    clearTimeout(this.timer);
    this.wanted = null;
    this.turn = (this.turn ?? 0) + 1;
  }

  async look(options, turn) {
    let again = options.live ? LIVE_WAIT : 0;
    try {
      const status = await (await this.get(`${options.source}/status`)).json();
      if (turn !== this.turn) return;
      const replay = status.replay.state;
      const isNew = options.split === "sample" ? status.steps.length !== this.steps : this.replay !== (replay === "ready" ? "ready" : "still");
      if (isNew) {
        const view = options.view ? `?view=${encodeURIComponent(options.view)}` : "";
        const answer = await this.get(`${options.source}/frames/${options.split}${view}`);
        if (turn !== this.turn) return;
        this.steps = status.steps.length;
        this.replay = replay === "ready" ? "ready" : "still";
        if (answer.status === 200) this.heard(new Uint8Array(await answer.arrayBuffer()), status);
      }
      if (turn !== this.turn) return;
      this.heard(null, status);
      if (options.live && ["done", "failed", "cancelled"].includes(status.state)) {
        again = 0;
        this.ended(status.state);
      }
      if (!options.live && ["waiting", "computing"].includes(replay)) again = REPLAY_WAIT;
    } catch (error) {
      if (turn !== this.turn) return;
      this.failed(error.message);
      again = 3000;
    }
    if (again) this.timer = setTimeout(() => this.look(options, turn), again);
  }

  async get(address) {
    const answer = await fetch(address);
    if (answer.ok) return answer;
    throw new Error((await answer.json().catch(() => ({}))).error ?? "The server does not answer.");
  }
}
