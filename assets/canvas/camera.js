// Where a point of the embedding lies on the screen: pan and zoom in 2-D, a rotating camera in 3-D.
// A camera is { x, y, scale }. In 2-D, (x, y) is the embedding's point in the middle and scale is CSS pixels per unit;
// in 3-D, x and y shift the picture on the screen, and yaw and pitch rotate it.

const PADDING = { left: 44, right: 20, top: 20, bottom: 34 };
export const EYE = 4; // distance of the 3-D camera from the centre, in radii of the cloud

export function fitCamera(extent, d, width, height) {
  const w = Math.max(40, width - PADDING.left - PADDING.right);
  const h = Math.max(40, height - PADDING.top - PADDING.bottom);
  if (d === 3) return { x: 0, y: 0, scale: (Math.min(w + 30, h + 30) / 2 / extent.radius) * 0.98 };
  const scale = Math.min(w / (extent.high[0] - extent.low[0]), h / (extent.high[1] - extent.low[1]));
  return {
    x: (extent.low[0] + extent.high[0]) / 2 + (PADDING.right - PADDING.left) / 2 / scale,
    y: (extent.low[1] + extent.high[1]) / 2 + (PADDING.top - PADDING.bottom) / 2 / scale,
    scale,
  };
}

// The region to show: all points of all frames except a few far outliers.
export function extentOf(frames) {
  const { n, d, coordinates, low, high, options } = frames;
  const every = Math.max(1, Math.floor((n * frames.f) / 20000));
  const ranges = low.map((_, axis) => {
    const values = [];
    for (const [frame, points] of coordinates.entries()) {
      for (let k = frame % every; k < n; k += every) if (points[k * d] === points[k * d]) values.push(points[k * d + axis]);
    }
    values.sort((a, b) => a - b);
    if (values.length === 0) return [-1, 1];
    const cut = Math.floor(values.length * 0.001);
    const inner = [values[cut], values[values.length - 1 - cut]];
    const room = (inner[1] - inner[0]) * 0.35;
    return [Math.max(low[axis], inner[0] - room), Math.min(high[axis], inner[1] + room)];
  });
  let longest = Math.max(...ranges.map(([a, b]) => b - a));
  // Equal points have no extent: the margin or one unit sets the scale.
  const magnitude = Math.max(...ranges.flat().map(Math.abs));
  if (!(longest > magnitude * 1e-6)) {
    const half = options.margin || Math.max(1, magnitude * 0.5);
    for (const range of ranges) {
      range[0] = Math.min(range[0] - half * 0.5, -half);
      range[1] = Math.max(range[1] + half * 0.5, half);
    }
    longest = Math.max(...ranges.map(([a, b]) => b - a));
  }
  for (const range of ranges) {
    const centre = (range[0] + range[1]) / 2, half = Math.max((range[1] - range[0]) / 2, longest * 0.05);
    range[0] = centre - half * 1.03;
    range[1] = centre + half * 1.03;
  }
  const radius = Math.hypot(...ranges.map(([a, b]) => (b - a) / 2));
  return {
    low: ranges.map((r) => r[0]),
    high: ranges.map((r) => r[1]),
    centre: ranges.map(([a, b]) => (a + b) / 2),
    radius,
  };
}

// x -> ax * x + bx in CSS pixels; y points down on screens.
export function project2d(camera, width, height) {
  return {
    ax: camera.scale, bx: width / 2 - camera.x * camera.scale,
    ay: -camera.scale, by: height / 2 + camera.y * camera.scale,
  };
}

// The camera's axes in the embedding: right, down and towards the eye, with z3 up.
export function cameraAxes(yaw, pitch) {
  const cy = Math.cos(yaw), sy = Math.sin(yaw), cp = Math.cos(pitch), sp = Math.sin(pitch);
  return { right: [cy, sy, 0], down: [sy * sp, -cy * sp, -cp], toward: [sy * cp, -cy * cp, sp] };
}

export function project3d(state, point) {
  const { right, down, toward } = cameraAxes(state.yaw, state.pitch);
  const { centre, radius } = state.extent;
  const [x, y, z] = point.map((value, axis) => value - centre[axis]);
  const depth = (toward[0] * x + toward[1] * y + toward[2] * z) / radius;
  const near = EYE / (EYE - depth);
  return {
    x: state.width / 2 + state.camera.x + (right[0] * x + right[1] * y + right[2] * z) * state.camera.scale * near,
    y: state.height / 2 + state.camera.y + (down[0] * x + down[1] * y + down[2] * z) * state.camera.scale * near,
    depth,
  };
}

// A function from embedding coordinates to CSS pixels.
export function placing(state) {
  if (state.frames.d === 3) return (point) => project3d(state, point);
  const { ax, bx, ay, by } = project2d(state.camera, state.width, state.height);
  return ([x, y]) => ({ x: ax * x + bx, y: ay * y + by });
}

// Zooms around (px, py), which stays in place.
export function zoomAt(camera, d, factor, px, py, width, height) {
  const dx = px - width / 2, dy = py - height / 2;
  const scale = camera.scale * factor;
  if (d === 3) return { x: dx - (dx - camera.x) * factor, y: dy - (dy - camera.y) * factor, scale };
  return {
    x: camera.x + dx / camera.scale - dx / scale,
    y: camera.y - dy / camera.scale + dy / scale,
    scale,
  };
}

export function panBy(camera, d, dx, dy) {
  if (d === 3) return { ...camera, x: camera.x + dx, y: camera.y + dy };
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y + dy / camera.scale };
}
