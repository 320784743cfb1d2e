/** The window on the timeline: drawn, dragged by pointer, moved by keys. */

import { announce, byId } from "./dom.js";
import { seek, stop } from "./player.js";
import { current, currentWindow, edit, store } from "./store.js";
import * as windows from "./windows.js";

const REACH = 8; // pixels within which a dragged edge is drawn to a cut
const STILL = 3; // pixels that a pointer may move and still be a click

const timeline = byId("timeline");
const [startHandle, endHandle] = [byId("handle-start"), byId("handle-end")];
let draft = null; // where a window is while it is being moved: {id, window, part}

/** The part of the clip that the window takes, also while it is being moved. */
export const span = () => (drafted() ? draft.part : windows.spanOf(currentWindow()));

const drafted = () => draft !== null && draft.id === store.id && draft.window === store.window;

function sketch(part) {
  draft = { id: store.id, window: store.window, part };
  drawWindow();
}

const most = () => windows.longest(current(), store.state.model);

/** Draws the window of the clip that is looked at. */
export function drawWindow() {
  const clip = current();
  const { start, end } = span();
  timeline.style.setProperty("--start", String(start / clip.seconds));
  timeline.style.setProperty("--end", String(end / clip.seconds));
  describe(startHandle, start, `starts at ${start.toFixed(2)} s`);
  describe(endHandle, end, `ends at ${end.toFixed(2)} s, ${(end - start).toFixed(2)} s long`);
  drawRange({ start, end });
}

function describe(handle, at, text) {
  handle.setAttribute("aria-valuemin", "0");
  handle.setAttribute("aria-valuemax", current().seconds.toFixed(2));
  handle.setAttribute("aria-valuenow", at.toFixed(2));
  handle.setAttribute("aria-valuetext", text);
}

function drawRange(part) {
  const model = store.state.model;
  const limit = model ? ` · ${model.id} accepts at most ${model.seconds} s` : "";
  byId("range").textContent = `${windows.spanText(part)} · ${(part.end - part.start).toFixed(2)} s${limit}`;
}

/** Draws where the player is. */
export function drawPlayhead(seconds) {
  const clip = current();
  if (!clip?.seconds) return;
  timeline.style.setProperty("--at", String(Math.min(1, seconds / clip.seconds)));
  const shown = windows.frameAt(clip, seconds);
  const frame = Math.round(shown / windows.frameOf(clip)) + 1;
  byId("clock").textContent = `${shown.toFixed(2)} s · frame ${Math.min(frame, clip.frames)} of ${clip.frames}`;
}

/** Makes what was sketched an edit. */
async function commit() {
  const made = draft;
  if (!made) return;
  await edit("window", windows.asEdit(made.part), made);
  if (draft === made) draft = null;
  if (currentWindow()) drawWindow();
}

/** Starts the window at the frame that is shown. */
export const setStart = (at) => set(windows.startAt(current(), span(), at, most()));

/** Ends the window with the frame that is shown. */
export const setEnd = (at) => set(windows.endAt(current(), span(), at, most()));

function set(part) {
  sketch(part);
  announce(byId("range").textContent);
  commit();
}

const secondsAt = (event) => {
  const box = timeline.getBoundingClientRect();
  return ((event.clientX - box.left) / box.width) * current().seconds;
};

/** A time drawn to the nearest cut, unless Alt is held. */
function snapped(event, at) {
  const reach = (REACH / timeline.clientWidth) * current().seconds;
  return event.altKey ? at : windows.snap(at, windows.targets(current()), reach);
}

function moveWhole(event, before, moved) {
  const start = snapped(event, before.start + moved);
  const end = snapped(event, before.end + moved);
  const drawn = start !== before.start + moved ? start : end - (before.end - before.start);
  return windows.moveBoth(current(), before, drawn);
}

const MOVES = {
  start: (event, before, moved) => windows.moveStart(current(), before, snapped(event, before.start + moved), most()),
  end: (event, before, moved) => windows.moveEnd(current(), before, snapped(event, before.end + moved), most()),
  both: moveWhole,
};

/** Drags an edge, or the whole window, until the pointer is let go; a click shows the frame that is under it. */
function drag(node, which) {
  node.addEventListener("pointerdown", (event) => {
    if (event.button || !currentWindow()) return;
    const before = span();
    const from = { x: event.clientX, at: secondsAt(event) };
    stop();
    node.setPointerCapture(event.pointerId);
    node.onpointermove = (moved) => {
      if (!drafted() && Math.abs(moved.clientX - from.x) < STILL) return;
      sketch(MOVES[which](moved, before, secondsAt(moved) - from.at));
      seekEdge(which);
    };
    node.onlostpointercapture = () => {
      node.onpointermove = node.onlostpointercapture = null;
      if (drafted()) commit();
      else if (which === "both") seek(from.at);
    };
  });
}

/** Shows the window's first frame, or its last. */
function seekEdge(which) {
  seek(which === "end" ? span().end - windows.frameOf(current()) / 2 : span().start);
}

/** Moves an edge by keys, and shows its frame. */
function keys(node, which) {
  node.addEventListener("keydown", (event) => {
    const moved = distance(event);
    if (moved === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const move = which === "start" ? windows.moveStart : windows.moveEnd;
    sketch(move(current(), span(), span()[which] + moved, most()));
    seekEdge(which);
  });
  node.addEventListener("keyup", commit);
  node.addEventListener("blur", commit);
}

/** The seconds that a key moves an edge by; null for other keys. */
function distance({ key, shiftKey }) {
  const clip = current();
  const step = shiftKey ? 1 : windows.frameOf(clip);
  const found = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -1, PageUp: 1 };
  return { ...found, Home: -clip.seconds, End: clip.seconds }[key] ?? null;
}

for (const [node, which] of [[startHandle, "start"], [endHandle, "end"]]) {
  drag(node, which);
  keys(node, which);
}
drag(byId("window"), "both");
timeline.addEventListener("pointerdown", (event) => {
  const outside = !event.target.closest(".handle, .window");
  if (outside && current()) seek(secondsAt(event));
});
