// Reads the bytes that core/frames.py packs; the layout is written down there.

const MISSING = 65535;
const LEVELS = 65534;

function readFrames(bytes) {
  // A copy starts at offset 0, so that typed arrays may be laid over it.
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
  const low = [], high = [];
  for (let axis = 0; axis < d; axis++, offset += 16) {
    low.push(header.getFloat64(offset, true));
    high.push(header.getFloat64(offset + 8, true));
  }
  const steps = [];
  for (let frame = 0; frame < f; frame++, offset += 4) steps.push(header.getUint32(offset, true));
  const ids = sections & 1 ? new Uint32Array(buffer, offset, n) : null;
  if (ids) offset += 4 * n;
  const labels = new Uint8Array(buffer, offset, n);
  offset += n;
  const clusters = sections & 2 ? new Uint8Array(buffer, offset, n) : null;
  if (clusters) offset += n;
  offset += offset % 2;
  const levels = new Uint16Array(buffer, offset, f * n * d);
  offset += 2 * f * n * d;
  const options = optionsLength
    ? JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, offset, optionsLength)))
    : {};
  return { n, f, d, low, high, steps, options, hasClusters: Boolean(clusters), ...inDrawOrder(levels, labels, ids, clusters, n, f, d) };
}

// Points drawn later hide those before them. Stepping through the points by about n times the golden
// ratio spreads every stretch of the input over the whole drawing, so no class is drawn last,
// even where the points come sorted by label.
function inDrawOrder(levels, labels, ids, clusters, n, f, d) {
  let stride = Math.max(1, Math.round(n * 0.6180339887));
  while (greatestCommonDivisor(stride, n) > 1) stride++;
  const rank = new Uint32Array(n); // of each point of the input, when it is drawn
  const ordered = new Uint16Array(levels.length);
  const order = new Uint32Array(n); // the other way round
  const images = new Uint32Array(n); // which image of its split each is
  const classes = new Uint8Array(n);
  const clustersInOrder = new Uint8Array(clusters ? n : 0);
  let missing = 0; // points that the last frame has no place for
  let anyMissing = false;
  for (let k = 0, i = 0; k < n; k++, i = (i + stride) % n) {
    rank[i] = k;
    order[k] = i;
    images[k] = ids ? ids[i] : i;
    classes[k] = labels[i];
    if (clusters) clustersInOrder[k] = clusters[i];
    for (let frame = 0; frame < f; frame++) {
      const from = (frame * n + i) * d, to = (frame * n + k) * d;
      for (let axis = 0; axis < d; axis++) ordered[to + axis] = levels[from + axis];
      if (levels[from] === MISSING) {
        anyMissing = true;
        if (frame === f - 1) missing++;
      }
    }
  }
  const sizes = sizesOf(classes);
  // `classes` and `sizes` are what the points are coloured and muted by; `digits` stay what they are.
  return { levels: ordered, classes, digits: classes, clusters: clustersInOrder, rank, order, images, sizes, missing, anyMissing };
}

function sizesOf(groups) {
  const sizes = new Map();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return sizes;
}

function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function sameBytes(a, b) {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// Centre and spread (root mean square distance from the centre) of the points of one frame.
function summary(frames, frame) {
  const { n, d, levels, low, high } = frames;
  const sum = new Float64Array(d), squares = new Float64Array(d);
  let count = 0;
  for (let k = 0; k < n; k++) {
    const at = (frame * n + k) * d;
    if (levels[at] === MISSING) continue;
    count++;
    for (let axis = 0; axis < d; axis++) {
      sum[axis] += levels[at + axis];
      squares[axis] += levels[at + axis] ** 2;
    }
  }
  let variance = 0;
  const centre = [];
  for (let axis = 0; axis < d; axis++) {
    const unit = (high[axis] - low[axis]) / LEVELS;
    const mean = count ? sum[axis] / count : 0;
    centre.push(low[axis] + mean * unit);
    if (count) variance += Math.max(0, squares[axis] / count - mean * mean) * unit * unit;
  }
  return { count, centre, spread: Math.sqrt(variance) };
}
