// From strokes to the picture that the network reads: course_lib.digits.pen.nib.ink, then
// course_lib.digits.normalise, step by step. tests/test_book_widget_pad.py compares the pictures.

const [FRAME, BOX] = [28, 20]; // MNIST's: a digit fits into 20 × 20 and stands in 28 × 28

/** To the nearest whole number, a half to the even one, as Python rounds. */
function round(x) {
  const whole = Math.floor(x);
  return x - whole === 0.5 ? whole + (whole % 2) : Math.round(x);
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const largest = (numbers) => numbers.reduce((a, b) => Math.max(a, b), -Infinity);
const smallest = (numbers) => -largest(numbers.map((number) => -number));

/** How wide the nib is: a share of the drawing's longer side, so that a small digit is not a blot. */
export function nibWidth(strokes, { share, least, most }) {
  const points = strokes.flat(), side = (axis) => {
    const all = points.map((point) => point[axis]);
    return largest(all) - smallest(all);
  };
  return Math.min(most, Math.max(least, share * Math.max(side(0), side(1))));
}

/** How dark a round nib makes every pixel of `side` × `side`: 1 well inside its way, 0 well outside. */
export function ink(strokes, width, side) {
  const data = new Float32Array(side * side), reach = width / 2 + 1;
  const near = (low, high) => [Math.max(0, Math.floor(low - reach)), Math.min(side - 1, Math.ceil(high + reach))];
  for (const points of strokes)
    for (let n = 1; n < points.length; n++) {
      const [[ax, ay], [bx, by]] = [points[n - 1], points[n]], [vx, vy] = [bx - ax, by - ay];
      const length2 = Math.max(vx * vx + vy * vy, 1e-9);
      const [top, bottom] = near(Math.min(ay, by), Math.max(ay, by));
      const [left, right] = near(Math.min(ax, bx), Math.max(ax, bx));
      for (let i = top; i <= bottom; i++)
        for (let j = left; j <= right; j++) {
          const [dx, dy] = [j + 0.5 - ax, i + 0.5 - ay]; // from the start to the pixel's centre
          const t = Math.min(1, Math.max(0, (dx * vx + dy * vy) / length2)); // the nearest point
          const dark = width / 2 - Math.hypot(dx - t * vx, dy - t * vy) + 0.5;
          const at = i * side + j;
          data[at] = Math.max(data[at], Math.min(1, dark));
        }
    }
  return { data, shape: [side, side] };
}

/** The ink without the empty rows and columns around it; null where there is none. */
function cropToInk({ data, shape: [H, W] }) {
  const least = 0.1 * Math.max(0, largest(data)), isInk = (i, j) => data[i * W + j] > least;
  const range = (n) => Array.from({ length: n }, (_, i) => i);
  const rows = range(H).filter((i) => range(W).some((j) => isInk(i, j)));
  if (!rows.length) return null;
  const columns = range(W).filter((j) => range(H).some((i) => isInk(i, j)));
  const [top, left, h, w] = [rows[0], columns[0], rows.at(-1) - rows[0] + 1, columns.at(-1) - columns[0] + 1];
  const cropped = new Float64Array(h * w);
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++) cropped[i * w + j] = data[(top + i) * W + left + j];
  return { data: cropped, shape: [h, w] };
}

/** A bell of weights that add up to one, cut off at four standard deviations. */
function bell(sigma) {
  const reach = Math.floor(4 * sigma + 0.5);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma || 1)));
  return weights.map((weight) => weight / sum(weights));
}

/** The matrix (to, from) that resizes a column of pixels: blurred when it shrinks, then read in between. */
function resizing(from, to, shrinks) {
  const factor = from / to, blur = bell(shrinks ? Math.max(0, (factor - 1) / 2) : 0), reach = (blur.length - 1) / 2;
  return Array.from({ length: to }, (_, i) => {
    const row = new Float64Array(from), at = (i + 0.5) * factor - 0.5, below = Math.floor(at);
    for (const [pixel, share] of [[below, 1 - (at - below)], [below + 1, at - below]]) {
      if (pixel < 0 || pixel >= from) continue; // outside is paper
      blur.forEach((weight, k) => {
        const source = pixel + k - reach;
        if (source >= 0 && source < from) row[source] += share * weight;
      });
    }
    return row;
  });
}

/** Rows · picture · columnsᵀ, no number beyond those of the picture. */
function resize({ data, shape: [h, w] }, shape, shrinks) {
  const rows = resizing(h, shape[0], shrinks), columns = resizing(w, shape[1], shrinks);
  const [least, most] = [smallest(data), largest(data)], small = new Float64Array(shape[0] * shape[1]);
  rows.forEach((row, i) => {
    const mixed = new Float64Array(w);
    for (let r = 0; r < h; r++)
      if (row[r]) for (let c = 0; c < w; c++) mixed[c] += row[r] * data[r * w + c];
    columns.forEach((column, j) => {
      let total = 0;
      for (let c = 0; c < w; c++) total += column[c] * mixed[c];
      // Where all of the picture is ink, paper from outside stays paper.
      small[i * shape[1] + j] = total === 0 ? 0 : Math.min(most, Math.max(least, total));
    });
  });
  return { data: small, shape };
}

/** A picture put into the frame with its first pixel at (top, left); what lies outside is cut off. */
function framed({ data, shape: [h, w] }, top, left) {
  const field = new Float64Array(FRAME * FRAME);
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++) {
      const [row, column] = [top + i, left + j];
      if (row >= 0 && row < FRAME && column >= 0 && column < FRAME) field[row * FRAME + column] = data[i * w + j];
    }
  return { data: field, shape: [FRAME, FRAME] };
}

/** How far to move a frame, in whole pixels down and right, so that its centre of mass is in the middle. */
function toTheCentre({ data }) {
  const mass = sum(data), middle = (FRAME - 1) / 2;
  const place = (which) => data.reduce((total, dark, n) => total + dark * which(n), 0) / mass;
  return [round(middle - place((n) => Math.floor(n / FRAME))), round(middle - place((n) => n % FRAME))];
}

/** A picture (H, W) of one digit as MNIST's are, shape [1, 28, 28]; null where there is no ink. */
export function normalise(picture) {
  const cropped = cropToInk(picture);
  if (!cropped) return null;
  const scale = BOX / Math.max(...cropped.shape);
  const small = resize(cropped, cropped.shape.map((n) => Math.max(1, round(n * scale))), scale < 1);
  const [top, left] = small.shape.map((n) => Math.floor((FRAME - n) / 2));
  const most = largest(small.data), [down, right] = toTheCentre(framed(small, top, left));
  // Cut twice, as in Python: by the frame before it is moved, and after.
  const moved = framed(framed(small, top, left), down, right);
  return { data: Float32Array.from(moved.data, (dark) => Math.min(1, Math.max(0, dark / most))), shape: [1, FRAME, FRAME] };
}
