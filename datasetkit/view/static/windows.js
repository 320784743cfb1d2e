/**
 * Where a window may lie in its clip. Pure: spans in seconds in, spans out.
 *
 * @typedef {{start: number, end: number}} Span
 * @typedef {import("./types.js").Clip} Clip
 */

const TINY = 1e-4; // seconds; the server writes times with six decimals

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

const UNKNOWN = 1 / 25; // seconds a frame of a clip whose rate isn't known

/** Seconds a frame. */
export const frameOf = (clip) => (clip.rate[0] ? clip.rate[1] / clip.rate[0] : UNKNOWN);

/** The time of the frame nearest to a time. */
export const toFrame = (clip, at) => Math.round(at / frameOf(clip)) * frameOf(clip);

/** The time of the frame that is shown at a time. */
export const frameAt = (clip, at) => Math.floor(at / frameOf(clip) + TINY) * frameOf(clip);

/** The longest a window may be: full frames within the model's limit, or all of the clip. */
export function longest(clip, model) {
  if (!model) return clip.seconds;
  return Math.min(clip.seconds, Math.floor(model.seconds / frameOf(clip) + TINY) * frameOf(clip));
}

/** The span of a window. @returns {Span} */
export const spanOf = (window) => ({ start: window.start, end: window.start + window.seconds });

/** Drags the start; the end stays. */
export function moveStart(clip, span, at, most) {
  const low = Math.max(0, span.end - most);
  return { start: clamp(toFrame(clip, at), low, Math.max(low, span.end - frameOf(clip))), end: span.end };
}

/** Drags the end; the start stays. */
export function moveEnd(clip, span, at, most) {
  const high = Math.min(clip.seconds, span.start + most);
  return { start: span.start, end: clamp(toFrame(clip, at), Math.min(high, span.start + frameOf(clip)), high) };
}

/** Drags the window as it is. */
export function moveBoth(clip, span, at) {
  const seconds = span.end - span.start;
  const start = clamp(toFrame(clip, at), 0, Math.max(0, clip.seconds - seconds));
  return { start, end: start + seconds };
}

/** Starts at the frame that is shown. The end follows only where it has to. */
export function startAt(clip, span, at, most) {
  const start = frameAt(clip, at);
  const fits = span.end > start + TINY && span.end - start <= most + TINY;
  return { start, end: fits ? span.end : Math.min(clip.seconds, start + most) };
}

/** Ends with the frame that is shown. The start follows only where it has to. */
export function endAt(clip, span, at, most) {
  const end = Math.min(clip.seconds, frameAt(clip, at) + frameOf(clip));
  const fits = span.start < end - TINY && end - span.start <= most + TINY;
  return { start: fits ? span.start : Math.max(0, end - most), end };
}

/** Times that a dragged edge is drawn to: cuts, where motion begins, and where a still part starts or ends. */
export function targets(clip) {
  const curve = clip.curve;
  if (!curve) return [];
  const spans = curve.spans.flatMap((span) => [span.start, span.end]);
  return [...curve.cuts, ...spans, ...(curve.onset ? [curve.onset] : [])];
}

/** The nearest target within reach, else the time itself. */
export function snap(at, all, reach) {
  const near = all.filter((target) => Math.abs(target - at) <= reach);
  return near.length ? near.reduce((a, b) => (Math.abs(b - at) < Math.abs(a - at) ? b : a)) : at;
}

/** As the server wants it. */
export function asEdit(span) {
  const round = (value) => Math.round(value * 1e6) / 1e6;
  return { start: round(span.start), seconds: round(span.end - span.start) };
}

/** "4.20–9.20 s" */
export const spanText = (span) => `${span.start.toFixed(2)}–${span.end.toFixed(2)} s`;
