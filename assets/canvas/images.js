// The images behind the points, fetched in chunks of a thousand, each spread over the whole picture.

import { mix } from "./theme.js";

const PART = 1000;
const FIRST_CHUNKS = 5; // prefetched, so that these points respond at once
const KEPT_CHUNKS = 20;

export class Images {
  constructor(arrived) {
    this.arrived = arrived;
    this.chunks = new Map();
  }

  // n points of a run's split; no images if the points do not come from a run.
  of(source, split, n) {
    const wanted = source ? `${source}/images/${split}` : "";
    if (wanted === this.address && n === this.n) return;
    Object.assign(this, { address: wanted, n, count: Math.max(1, Math.ceil(n / PART)) });
    this.chunks = new Map();
    clearTimeout(this.timer);
    if (wanted && n) this.timer = setTimeout(() => this.fetchFirst(), 600);
  }

  async fetchFirst() {
    const { chunks } = this;
    for (let chunk = 0; chunk < Math.min(FIRST_CHUNKS, this.count) && chunks === this.chunks; chunk++) {
      if ((await this.fetch(chunk)) === false) return; // the others would fail too
    }
  }

  // Image of the input's point i: { number, pixels }, or null while its chunk is loading.
  get(i) {
    if (!this.address) return null;
    const chunk = i % this.count, row = Math.floor(i / this.count);
    const there = this.chunks.get(chunk);
    if (there === undefined) this.fetch(chunk);
    if (!there?.numbers || row >= there.numbers.length) return null;
    this.chunks.delete(chunk); // move to the end of the map: most recently used
    this.chunks.set(chunk, there);
    return { number: there.numbers[row], pixels: there.pixels.subarray(784 * row, 784 * (row + 1)) };
  }

  async fetch(chunk) {
    const { address, chunks } = this;
    if (chunks.has(chunk)) return;
    chunks.set(chunk, null);
    try {
      const answer = await fetch(`${address}/${chunk}`);
      if (!answer.ok || answer.status === 204) throw new Error();
      const bytes = await answer.arrayBuffer();
      const count = new DataView(bytes).getUint32(0, true);
      chunks.set(chunk, { numbers: new Uint32Array(bytes, 4, count), pixels: new Uint8Array(bytes, 4 + 4 * count) });
      for (const old of chunks.keys()) if (chunks.size > KEPT_CHUNKS && old !== chunk) chunks.delete(old);
    } catch {
      setTimeout(() => chunks.delete(chunk), 5000); // then it may be requested again
      return false;
    }
    if (address === this.address) this.arrived();
  }

  clear() {
    clearTimeout(this.timer);
    this.chunks = new Map();
    this.address = "";
  }
}

// Draws 28 x 28 pixels in the theme's text colour on its background.
export function drawDigit(canvas, pixels, theme) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  for (let i = 0; i < 784; i++) {
    const [r, g, b] = mix(theme.background, theme.text, pixels[i] / 255);
    image.data.set([r, g, b, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}
