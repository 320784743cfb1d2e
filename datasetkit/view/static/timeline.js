/** The timeline of a clip: thumbnails, motion with cuts and still parts, and the seconds below. */

import { byId, element, fill, svg } from "./dom.js";
import { spanOf } from "./windows.js";

const WIDTH = 1000;
const HEIGHT = 36;
const STEPS = [0.5, 1, 2, 5, 10, 30, 60, 300, 600]; // seconds between two marks of the axis
const MARKS = 12; // at most

/** Draws a clip's pictures and motion. @param {import("./types.js").Clip} clip */
export function drawClip(clip) {
  fill(byId("thumbnails"), { strip: clip.strip }, () => (clip.strip ? [film(clip.strip)] : []));
  fill(byId("curve"), { curve: clip.curve }, () => (clip.curve ? [curve(clip.curve)] : []));
  fill(byId("axis"), clip.seconds, ticks);
  byId("curve-text").textContent = clip.curve ? words(clip.curve) : clip.ready ? "" : "Looking at this clip…";
}

/** The other windows of the clip, as marks at the timeline's foot. */
export function drawOthers(clip, chosen) {
  const others = clip.windows.filter((window, number) => number !== chosen && window.keep).map(spanOf);
  fill(byId("others"), [others, clip.seconds], () => others.map((span) => bar(span, clip.seconds)));
}

function bar(span, seconds) {
  const made = element("span");
  made.style.left = `${(100 * span.start) / seconds}%`;
  made.style.width = `${(100 * (span.end - span.start)) / seconds}%`;
  return made;
}

/**
 * Frames of a strip side by side, whole, each in a cell of its own.
 * @param {number[]} chosen which of the strip's frames
 */
export function film(strip, chosen = strip.seconds.map((_, number) => number)) {
  const size = { width: strip.width / strip.seconds.length, height: strip.height };
  const share = 100 / chosen.length;
  const cells = chosen.map((number, place) => {
    const image = svg("image", { href: strip.url, width: strip.width, height: strip.height });
    const frame = svg("svg", { ...size, viewBox: `${number * size.width} 0 ${size.width} ${size.height}` }, image);
    const box = { x: `${place * share}%`, width: `${share}%`, height: "100%", viewBox: `0 0 ${size.width} ${size.height}` };
    return svg("svg", box, frame);
  });
  return svg("svg", { class: "film", role: "img", "aria-label": strip.alt }, ...cells);
}

function curve({ values, seconds, cuts, spans, onset, text }) {
  const x = (at) => ((WIDTH * at) / seconds).toFixed(1);
  const still = spans.map((span) =>
    svg("rect", { class: span.what, x: x(span.start), width: x(span.end - span.start), height: 40 }),
  );
  const lines = cuts.map((cut) => svg("path", { class: "cut", d: `M${x(cut)} 0v40` }));
  if (onset) lines.push(svg("path", { class: "onset", d: `M${x(onset)} 0v40` }));
  const view = { viewBox: `0 0 ${WIDTH} 40`, preserveAspectRatio: "none", role: "img", "aria-label": text };
  return svg("svg", view, ...still, svg("polyline", { points: points(values) }), ...lines);
}

/** The points of a curve whose highest value reaches the top; hardly any movement stays flat. */
function points(values) {
  const top = Math.max(...values, 0.02);
  const all = values.length === 1 ? [...values, ...values] : values;
  const wide = WIDTH / Math.max(1, all.length - 1);
  return all.map((value, number) => `${(number * wide).toFixed(1)},${(2 + HEIGHT * (1 - value / top)).toFixed(1)}`).join(" ");
}

function words({ text, onset }) {
  return !onset || text.includes("motion begins") ? text : `${text}; motion begins at ${onset.toFixed(2)} s`;
}

function ticks(seconds) {
  const step = STEPS.find((one) => seconds / one <= MARKS) ?? seconds / MARKS;
  const count = Math.floor(seconds / step) + 1;
  return Array.from({ length: count }, (_, number) => {
    const tick = element("span", { textContent: `${+(number * step).toFixed(1)}` });
    tick.style.left = `${(100 * number * step) / seconds}%`;
    return tick;
  });
}
