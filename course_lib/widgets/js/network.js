// The layers of course_lib.nn, forward only, one picture at a time.
//
// An array is { data, shape }: the numbers in one row, the last axis running fastest, as NumPy keeps
// them. A picture has the shape [channels, height, width]. tests/test_book_widget_pad.py compares
// every layer with Python's.

const array = (shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });

/** y[f] = b[f] + the sum over channels c and places (u, v) of W[f, c, u, v] · (x[c] moved by u and v). */
export function convolution({ data: x, shape: [C, H, W] }, { W: weights, b, shape: [F, , k] }) {
  const [OH, OW] = [H - k + 1, W - k + 1], y = array([F, OH, OW]);
  let n = 0; // which weight
  for (let f = 0; f < F; f++) {
    const map = y.data.subarray(f * OH * OW, (f + 1) * OH * OW).fill(b[f]);
    for (let c = 0; c < C; c++)
      for (let u = 0; u < k; u++)
        for (let v = 0; v < k; v++) {
          const w = weights[n++];
          for (let i = 0; i < OH; i++) {
            const from = (c * H + i + u) * W + v, to = i * OW;
            for (let j = 0; j < OW; j++) map[to + j] += w * x[from + j];
          }
        }
  }
  return y;
}

/** y = max(0, x) */
export function relu({ data, shape }) {
  return { data: data.map((x) => Math.max(0, x)), shape };
}

/** Of every square of k × k pixels, the largest. */
export function maxPool({ data: x, shape: [C, H, W] }, { k }) {
  const [OH, OW] = [Math.floor(H / k), Math.floor(W / k)], y = array([C, OH, OW]);
  y.data.fill(-Infinity);
  for (let c = 0; c < C; c++)
    for (let i = 0; i < OH * k; i++)
      for (let j = 0; j < OW * k; j++) {
        const to = (c * OH + Math.floor(i / k)) * OW + Math.floor(j / k);
        y.data[to] = Math.max(y.data[to], x[(c * H + i) * W + j]);
      }
  return y;
}

/** A picture as one column: the numbers stay where they are. */
export function flatten({ data }) {
  return { data, shape: [data.length] };
}

/** y = W x + b */
export function linear({ data: x }, { W, b, shape: [F, n] }) {
  const y = array([F]);
  for (let f = 0; f < F; f++) {
    let sum = b[f];
    for (let i = 0; i < n; i++) sum += W[f * n + i] * x[i];
    y.data[f] = sum;
  }
  return y;
}

/** exp(z) as shares of their sum; the largest z is taken away first, so that nothing overflows. */
export function softmax(z) {
  const most = Math.max(...z), powers = Array.from(z, (each) => Math.exp(each - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

const LAYERS = { Conv2D: convolution, ReLU: relu, MaxPool2D: maxPool, Flatten: flatten, Linear: linear };

/** What every layer of a network makes of a picture, the picture first, the logits last. */
export function forward(network, picture) {
  const seen = [picture];
  for (const layer of network) seen.push(LAYERS[layer.kind](seen.at(-1), layer));
  return seen;
}

/** Networks with their parameters: `plans` lists names and layers, `numbers` holds all W and b in that order. */
export function build(plans, numbers) {
  let at = 0;
  const take = (count) => numbers.subarray(at, (at += count));
  const parameters = ({ shape }) => ({ W: take(shape.reduce((a, b) => a * b, 1)), b: take(shape[0]) });
  const filled = (plan) => plan.map((layer) => (layer.shape ? { ...layer, ...parameters(layer) } : layer));
  const networks = Object.fromEntries(plans.map(([name, plan]) => [name, filled(plan)]));
  if (at !== numbers.length) throw new Error(`the networks need ${at} numbers and got ${numbers.length}`);
  return networks;
}

/** Numbers from their packed bytes: zlib, then the lower bytes of all float16, then the upper ones. */
export async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const halves = new Uint8Array(await new Response(stream).arrayBuffer()), n = halves.length / 2;
  return Float32Array.from({ length: n }, (_, i) => float16(halves[i] + 256 * halves[n + i]));
}

/** The number whose float16 has these 16 bits: a sign, 5 bits of exponent, 10 of mantissa. */
export function float16(bits) {
  const sign = bits >> 15 ? -1 : 1, exponent = (bits >> 10) & 31, mantissa = (bits & 1023) / 1024;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + mantissa) : 2 ** -14 * mantissa);
}
