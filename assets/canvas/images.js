// The images behind the points, fetched in parts of a thousand, each spread over the whole picture.

import { mix } from "./theme.js";

const PART = 1000;
const FIRST_PARTS = 5; // prefetched, so that these points respond at once
const KEPT_PARTS = 20;

export class Images {
  constructor(arrived) {
    this.arrived = arrived;
    this.parts = new Map();
  }

  // n points of a run's split; no images if the points do not come from a run.
  of(source, split, n) {
    const wanted = source ? `${source}/images/${split}` : "";
    if (wanted === this.address && n === this.n) return;
    Object.assign(this, { address: wanted, n, count: Math.max(1, Math.ceil(n / PART)) });
    this.parts = new Map();
    clearTimeout(this.timer);
    if (wanted && n) this.timer = setTimeout(() => this.fetchFirst(), 600);
  }

  async fetchFirst() {
    const { parts } = this;
    for (let part = 0; part < Math.min(FIRST_PARTS, this.count) && parts === this.parts; part++) {
      if ((await this.fetch(part)) === false) return; // the others would fail too
    }
  }

  // Image of the input's point i: { number, pixels }, or null while its part is loading.
  get(i) {
    if (!this.address) return null;
    const part = i % this.count, row = Math.floor(i / this.count);
    const there = this.parts.get(part);
    if (there === undefined) this.fetch(part);
    if (!there?.numbers || row >= there.numbers.length) return null;
    this.parts.delete(part); // move to the end of the map: most recently used
    this.parts.set(part, there);
    return { number: there.numbers[row], pixels: there.pixels.subarray(784 * row, 784 * (row + 1)) };
  }

  async fetch(part) {
    const { address, parts } = this;
    if (parts.has(part)) return;
    parts.set(part, null);
    try {
      const answer = await fetch(`${address}/${part}`);
      if (!answer.ok || answer.status === 204) throw new Error();
      const bytes = await answer.arrayBuffer();
      const count = new DataView(bytes).getUint32(0, true);
      parts.set(part, { numbers: new Uint32Array(bytes, 4, count), pixels: new Uint8Array(bytes, 4 + 4 * count) });
      for (const old of parts.keys()) if (parts.size > KEPT_PARTS && old !== part) parts.delete(old);
    } catch {
      setTimeout(() => parts.delete(part), 5000); // then it may be requested again
      return false;
    }
    if (address === this.address) this.arrived();
  }

  clear() {
    clearTimeout(this.timer);
    this.parts = new Map();
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
