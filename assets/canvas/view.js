// Where a point of the embedding lies on the screen: pan and zoom in 2-D, a turning camera in 3-D.
// A view is { x, y, scale } in 2-D: the embedding's point in the middle and CSS pixels a unit;
// in 3-D x and y move the picture on the screen instead, and yaw and pitch turn it.

const PADDING = { left: 44, right: 20, top: 20, bottom: 34 };
export const EYE = 4; // distance of the 3-D camera from the centre, in radii of the cloud

export function fitView(extent, d, width, height) {
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

// The region to show: all points of all frames, unless a few stray far from the rest,
// and the margin circle where it is not much larger than the cloud.
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
  const margin = options.margin;
  if (margin && d === 2 && margin < longest * 1.2) {
    for (const range of ranges) {
      range[0] = Math.min(range[0], -margin);
      range[1] = Math.max(range[1], margin);
    }
    longest = Math.max(...ranges.map(([a, b]) => b - a));
  }
  // Equal points have no size of their own; then the margin or one unit gives the scale.
  const magnitude = Math.max(...ranges.flat().map(Math.abs));
  if (!(longest > magnitude * 1e-6)) {
    const half = margin || Math.max(1, magnitude * 0.5);
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

// x -> ax * x + bx in CSS pixels; screens count y downwards.
export function project2d(view, width, height) {
  return {
    ax: view.scale, bx: width / 2 - view.x * view.scale,
    ay: -view.scale, by: height / 2 + view.y * view.scale,
  };
}

// Rows of the camera: right, down and towards the eye, for z3 pointing up.
export function camera(yaw, pitch) {
  const cy = Math.cos(yaw), sy = Math.sin(yaw), cp = Math.cos(pitch), sp = Math.sin(pitch);
  return { right: [cy, sy, 0], down: [sy * sp, -cy * sp, -cp], toward: [sy * cp, -cy * cp, sp] };
}

export function project3d(state, point) {
  const { right, down, toward } = camera(state.yaw, state.pitch);
  const { centre, radius } = state.extent;
  const [x, y, z] = point.map((value, axis) => value - centre[axis]);
  const depth = (toward[0] * x + toward[1] * y + toward[2] * z) / radius;
  const near = EYE / (EYE - depth);
  return {
    x: state.width / 2 + state.view.x + (right[0] * x + right[1] * y + right[2] * z) * state.view.scale * near,
    y: state.height / 2 + state.view.y + (down[0] * x + down[1] * y + down[2] * z) * state.view.scale * near,
    depth,
  };
}

// Zooms so that what lies under (px, py) stays there.
export function zoomAt(view, d, factor, px, py, width, height) {
  const dx = px - width / 2, dy = py - height / 2;
  const scale = view.scale * factor;
  if (d === 3) return { x: dx - (dx - view.x) * factor, y: dy - (dy - view.y) * factor, scale };
  return {
    x: view.x + dx / view.scale - dx / scale,
    y: view.y - dy / view.scale + dy / scale,
    scale,
  };
}

export function panBy(view, d, dx, dy) {
  if (d === 3) return { ...view, x: view.x + dx, y: view.y + dy };
  return { ...view, x: view.x - dx / view.scale, y: view.y + dy / view.scale };
}
