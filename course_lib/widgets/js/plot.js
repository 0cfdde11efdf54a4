// The picture of the loss over one weight: curve, tangent, the steps so far, where rules would land.

import { number } from "./wording.js";

const PLOT = { left: 52, right: 330, top: 30, bottom: 206, width: 340, height: 252 };

/** The distance between the round numbers of an axis, of which about five fit in. */
function roundGap(low, high) {
  const raw = (high - low) / 4, base = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].find((m) => m * base >= raw * (1 - 1e-9)) * base;
}

/** The round numbers from `low` to `high`. */
function ticks(low, high) {
  const gap = roundGap(low, high), [first, last] = [Math.ceil(low / gap - 1e-9), Math.floor(high / gap + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * gap).toPrecision(12)));
}

/** From below the smallest number to above the largest, with a share of room, ending on round numbers. */
export function roomy(numbers, share) {
  const least = Math.min(...numbers), most = Math.max(...numbers);
  const readable = 4e-3 * Math.max(Math.abs(least), Math.abs(most), 0.01); // so that the labels differ
  const room = share * (most - least) + Math.max(0, readable - (most - least)) / 2;
  const gap = roundGap(least - room, most + room);
  return [Math.floor((least - room) / gap + 1e-9) * gap, Math.ceil((most + room) / gap - 1e-9) * gap];
}

/** L over one weight as SVG: the curve, its tangent here, the steps so far, where rules would land. */
export function picture({ lossAt, ghostAt, here, slope, walk, landings, axis, name, out, words }) {
  const seen = [here, ...landings], zoomed = landings.length > 0;
  const range = zoomed ? roomy(seen.map(({ w }) => w), 0.5) : axis;
  const grid = Array.from({ length: 121 }, (_, i) => range[0] + ((range[1] - range[0]) * i) / 120);
  const curve = grid.map((w) => [w, lossAt(w)]), inside = ({ w }) => w >= range[0] && w <= range[1];
  const shown = walk.filter(inside);
  const heights = roomy([...curve.map(([, L]) => L), ...[...seen, ...shown].map(({ L }) => L)], 0.04);
  const x = (w) => PLOT.left + ((w - range[0]) / (range[1] - range[0])) * (PLOT.right - PLOT.left);
  const y = (L) => PLOT.bottom - ((L - heights[0]) / (heights[1] - heights[0])) * (PLOT.bottom - PLOT.top);
  const line = (points, look) => `<path class="${look}" d="M${points
    .map(([w, L]) => `${x(w).toFixed(2)} ${y(L).toFixed(2)}`).join("L")}"/>`;
  const reach = (range[1] - range[0]) * 0.3, tangent = [-reach, reach].map((d) => [here.w + d, here.L + slope * d]);
  const label = slope <= 0 ? { x: PLOT.right - 6, end: "end" } : { x: PLOT.left + 8, end: "" };
  const dot = ({ w, L, rule }, look, size) => marker(rule, x(w), y(L), size, look);
  return `<svg viewBox="0 0 ${PLOT.width} ${PLOT.height}" role="img" aria-label="${words}">`
    + axes(range, heights, x, y, name, out)
    + `<svg x="${PLOT.left}" y="${PLOT.top - 6}" width="${PLOT.right - PLOT.left}" height="${PLOT.bottom - PLOT.top + 12}"`
    + ` viewBox="${PLOT.left} ${PLOT.top - 6} ${PLOT.right - PLOT.left} ${PLOT.bottom - PLOT.top + 12}">`
    + (ghostAt ? line(grid.map((w) => [w, ghostAt(w)]), "ghost") : "") + line(curve, "curve")
    + line(tangent, "tangent") + (walk.length > 1 ? line(walk.map(({ w, L }) => [w, L]), "way") : "")
    + walk.slice(0, -1).map((point) => dot(point, "past", 3.5)).join("")
    + landings.map((point) => dot(point, "landing", 6)).join("") + dot(here, "here", 6) + "</svg>"
    + `<text class="gradient ${label.end}" x="${label.x}" y="${PLOT.top + 8}">∂${out}/∂${name} = ${number(slope)}</text></svg>`;
}

function axes(range, heights, x, y, name, out) {
  const across = ticks(...range).map((w) => `<path class="grid" d="M${x(w)} ${PLOT.top}V${PLOT.bottom}"/>`
    + `<text class="tick middle" x="${x(w)}" y="${PLOT.bottom + 19}">${number(w)}</text>`);
  const up = ticks(...heights).map((L) => `<path class="grid" d="M${PLOT.left} ${y(L)}H${PLOT.right}"/>`
    + `<text class="tick end" x="${PLOT.left - 7}" y="${y(L) + 5}">${number(L)}</text>`);
  return across.join("") + up.join("") + `<text class="axis middle" x="${(PLOT.left + PLOT.right) / 2}" `
    + `y="${PLOT.bottom + 41}">${name}</text><text class="axis end" x="${PLOT.left - 7}" y="16">${out}</text>`;
}

/** A round marker for the right rule, square ones for the write-up's. */
export function marker(rule, x, y, size, look) {
  return rule === "loss" || !rule
    ? `<circle class="${look}" cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="${size}"/>`
    : `<rect class="${look} ${rule}" x="${(x - size).toFixed(2)}" y="${(y - size).toFixed(2)}" `
      + `width="${2 * size}" height="${2 * size}"/>`;
}
