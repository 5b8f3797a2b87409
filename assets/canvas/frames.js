// Reads the bytes that core/pictures/frames.py packs; the layout is documented there.
// coordinates[frame][k * d + axis] is point k in draw order, NaN if missing in that frame.

const MISSING = 65535;
export const LEVELS = 65534;
const IDS = 1, CLUSTERS = 2;

// first: only the first frame has arrived; it stands in for all others, and the result is marked partial.
export function readFrames(bytes, first = false) {
  // A copy starts at offset 0, as the alignment of typed arrays requires.
  const buffer = bytes.slice().buffer;
  const header = new DataView(buffer);
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic !== "CLFR" || header.getUint16(4, true) !== 2) throw new Error("These bytes are not frames.");
  const d = header.getUint16(6, true);
  const n = header.getUint32(8, true);
  const f = header.getUint32(12, true);
  const optionsLength = header.getUint32(16, true);
  const sections = header.getUint32(20, true);
  let offset = 24;
  const bounds = [];
  for (let axis = 0; axis < d; axis++, offset += 16) bounds.push([header.getFloat64(offset, true), header.getFloat64(offset + 8, true)]);
  const take = (Type, length) => {
    const array = new Type(buffer, offset, length);
    offset += array.byteLength;
    return array;
  };
  const steps = [...take(Uint32Array, f)];
  const ids = sections & IDS ? take(Uint32Array, n) : null;
  const labels = take(Uint8Array, n);
  const clusters = sections & CLUSTERS ? take(Uint8Array, n) : null;
  offset += offset % 2;
  const there = first ? 1 : f;
  const levels = take(Uint16Array, there * n * d);
  const options = optionsLength && !first ? JSON.parse(new TextDecoder().decode(take(Uint8Array, optionsLength))) : {};

  const { order, rank } = drawOrder(n);
  const ordered = (array) => array.constructor.from(order, (i) => array[i]);
  const digits = ordered(labels);
  const decoded = Array.from({ length: there }, (_, frame) => decode(levels.subarray(frame * n * d, (frame + 1) * n * d), order, bounds));
  return {
    n, f, d, steps, options, order, rank, digits,
    partial: first,
    images: ids ? ordered(ids) : order, // the index of each point's image in its split
    hasClusters: Boolean(clusters),
    clusters: clusters ? ordered(clusters) : new Uint8Array(0),
    classes: digits, // the grouping used for colouring and hiding, and the group sizes
    sizes: sizesOf(digits),
    coordinates: steps.map((_, frame) => decoded[Math.min(frame, there - 1)].points),
    present: steps.map((_, frame) => decoded[Math.min(frame, there - 1)].present), // number of points per frame
    ...(first ? { low: bounds.map(([low]) => low), high: bounds.map(([, high]) => high) } : outline(decoded, d)),
  };
}

// A picture without points.
export function noFrames() {
  const header = new Uint8Array(24 + 16 * 2);
  header.set([0x43, 0x4c, 0x46, 0x52, 2, 0, 2]); // CLFR, format 2, two dimensions
  return readFrames(header);
}

// The bytes up to the end of the first frame; Infinity if unknown or if there is only one.
export function lengthOfFirst(bytes) {
  if (bytes.length < 24) return Infinity;
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const d = header.getUint16(6, true), n = header.getUint32(8, true), f = header.getUint32(12, true);
  if (f < 2) return Infinity;
  const sections = header.getUint32(20, true);
  const before = 24 + 16 * d + 4 * f + n * ((sections & IDS ? 4 : 0) + 1 + (sections & CLUSTERS ? 1 : 0));
  return before + (before % 2) + 2 * n * d;
}

// Later points hide earlier ones. A stride of about n times the golden ratio spreads every stretch of the
// input over the whole drawing, so that no class ends up on top even if the input is sorted by label.
function drawOrder(n) {
  let stride = Math.max(1, Math.round(n * 0.6180339887));
  while (greatestCommonDivisor(stride, n) > 1) stride++;
  const order = new Uint32Array(n); // input index of the k-th point drawn
  const rank = new Uint32Array(n); // the inverse
  for (let k = 0, i = 0; k < n; k++, i = (i + stride) % n) {
    order[k] = i;
    rank[i] = k;
  }
  return { order, rank };
}

// The points of one frame in draw order, and the range of each axis.
function decode(levels, order, bounds) {
  const d = bounds.length;
  const points = new Float32Array(levels.length);
  const low = Array.from(bounds, () => Infinity), high = Array.from(bounds, () => -Infinity);
  let present = 0;
  for (let k = 0; k < order.length; k++) if (levels[order[k] * d] !== MISSING) present++;
  for (let axis = 0; axis < d; axis++) {
    const bottom = bounds[axis][0], unit = (bounds[axis][1] - bottom) / LEVELS;
    let least = MISSING, most = -1;
    for (let k = 0, to = axis; k < order.length; k++, to += d) {
      const level = levels[order[k] * d + axis];
      if (level === MISSING) {
        points[to] = NaN;
        continue;
      }
      points[to] = bottom + level * unit;
      if (level < least) least = level;
      if (level > most) most = level;
    }
    if (present) [low[axis], high[axis]] = [bottom + least * unit, bottom + most * unit];
  }
  return { points, present, low, high };
}

// The range of each axis over all parts; 0 to 0 if empty.
function outline(parts, d) {
  const of = (choose, name) => Array.from({ length: d }, (_, axis) => {
    const value = choose(...parts.map((part) => part[name][axis]));
    return Number.isFinite(value) ? value : 0;
  });
  return { low: of(Math.min, "low"), high: of(Math.max, "high") };
}

// Appends new frames; returns the new ones alone if they start over.
export function appended(frames, more) {
  const follows = frames && frames.f && more.f && more.n === frames.n && more.d === frames.d && more.steps[0] > frames.steps[frames.f - 1];
  if (!follows) return more;
  return {
    ...frames,
    ...outline([frames, more], frames.d),
    f: frames.f + more.f,
    steps: [...frames.steps, ...more.steps],
    coordinates: [...frames.coordinates, ...more.coordinates],
    present: [...frames.present, ...more.present],
  };
}

// Whether image indices mean the same in both: every shared index has the same digit.
export function sameImages(frames, others) {
  if (frames.images === others.images) return true;
  const digits = new Map();
  for (let k = 0; k < frames.n; k++) digits.set(frames.images[k], frames.digits[k]);
  for (let k = 0; k < others.n; k++) {
    const digit = digits.get(others.images[k]);
    if (digit !== undefined && digit !== others.digits[k]) return false;
  }
  return true;
}

export function sizesOf(groups) {
  const sizes = new Map();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return sizes;
}

function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

export function sameBytes(a, b) {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
