// What is said and shown of a network at work: its answer, its layers, their maps as mosaics.

/** A probability, never as 0% or 100%: a network is never sure. */
export const percent = (p) => (p < 0.005 ? "under 1%" : p >= 0.995 ? "over 99%" : `${Math.round(100 * p)}%`);

/** What the network says of a drawing, in words: its answer, the next best if it is in doubt, the judge's no. */
export function verdict(probabilities, isDigit, doubt) {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const [best, next] = order, p = probabilities[best], name = (digit) => `${digit === 8 ? "an" : "a"} ${digit}`;
  if (Math.log(Math.max(isDigit * p, 1e-9)) < doubt)
    return `This does not look like a digit: the judge gives it ${percent(isDigit)}. The reader has no answer but a digit, and says ${name(best)}, ${percent(p)}.`;
  return `It reads ${name(best)}, ${percent(p)}.` + (p < 0.9 ? ` Next comes ${name(next)}, ${percent(probabilities[next])}.` : "");
}

/** A map is quiet if its brightest pixel is less than a share as bright as the brightest of all. */
export function quiet({ data, shape: [F, H, W] }, share) {
  const brightest = Array.from({ length: F }, (_, f) => data.subarray(f * H * W, (f + 1) * H * W).reduce((a, b) => Math.max(a, b)));
  return brightest.flatMap((each, f) => (each < share * Math.max(...brightest) || each <= 0 ? [f + 1] : []));
}

function list(numbers) {
  return numbers.length < 2 ? String(numbers) : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}

const NAMES = { Conv2D: "convolution", ReLU: "ReLU", MaxPool2D: "max-pooling", Linear: "fully connected" };

/** A layer's name and shape; of maps after a ReLU, which are quiet; of numbers, how many are above zero. */
export function describe(layer, seen, share) {
  const [F, H, W] = seen.shape, what = H ? `${F} maps of ${H} × ${W}` : `${F} numbers`;
  const title = `${NAMES[layer.kind][0].toUpperCase()}${NAMES[layer.kind].slice(1)}: ${what}`;
  if (layer.kind === "Linear" && F === 10) return { title: `${title}, the logits`, more: "" };
  if (layer.kind !== "ReLU") return { title, more: "" };
  if (!H) return { title, more: `${seen.data.filter((x) => x > 0).length} above zero` };
  const silent = quiet(seen, share);
  return { title, more: silent.length ? `quiet: ${silent.length > 8 ? `${silent.length} of them` : list(silent)}` : "none is quiet" };
}

// In the middle between light and dark, so that they can be told from both papers.
export const INK = { above: [184, 88, 152], zero: [0, 0, 0, 0] };
const SIGNED = { above: [222, 74, 60], below: [52, 128, 208], zero: [128, 128, 128, 30] };

/** Arrays as a mosaic of maps, `columns` a row: next to no colour at zero, stronger colour further off. */
export function paint(canvas, { data, shape }, columns, limit, { above, below, zero } = SIGNED) {
  const [F, H, W] = shape.length === 3 ? shape : [shape[0], 1, 1], gap = H > 1 ? 2 : 0;
  const width = columns * (W + gap) - gap, height = Math.ceil(F / columns) * (H + gap) - gap;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d"), picture = context.createImageData(width, height);
  for (let n = 0; n < data.length; n++) {
    const f = Math.floor(n / (H * W)), i = Math.floor(n / W) % H, j = n % W;
    const at = (Math.floor(f / columns) * (H + gap) + i) * width + (f % columns) * (W + gap) + j;
    const shade = Math.min(1, Math.abs(data[n]) / (limit || 1)) ** 0.7; // so that weak numbers are seen, too
    picture.data.set(shade < 0.04 ? zero : [...(data[n] > 0 ? above : below), 255 * shade], 4 * at);
  }
  context.putImageData(picture, 0, 0);
}

export const strongest = ({ data }) => data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
