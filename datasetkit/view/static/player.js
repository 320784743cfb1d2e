/** The player: one clip, stepped by frames, its window played in a loop. */

import { byId, show } from "./dom.js";
import { playable } from "./server.js";
import { frameAt, frameOf } from "./windows.js";

/** Milliseconds that a clip is looked at before it is loaded: whoever leafs through clips doesn't wait for them all. */
export const PAUSE = 150;

const video = byId("video");
const listeners = [];
let clip = null; // the one that is loaded
let key = ""; // of the window that is played
let span = { start: 0, end: 0 };

/** Calls `listener` whenever another frame is shown. */
export const onFrame = (listener) => listeners.push(listener);

const length = () => clip.seconds || video.duration || 0;

/** The second of the clip that is shown. */
export const time = () => video.currentTime;

/** Loads a clip, unless it is loaded already, and keeps to this part of it: its window of that number. */
export function load(next, part, number) {
  const same = clip?.id === next.id && clip.plays === next.plays;
  const turned = key !== `${next.id} ${number}`;
  [clip, span, key] = [next, part, `${next.id} ${number}`];
  if (same && turned) seek(span.start);
  if (same) return;
  stop();
  video.removeAttribute("src");
  video.load();
  if (next.plays) begin(next);
  else absent(next.fault || "This clip can't be played.");
}

async function begin(wanted) {
  const url = `/clip/${wanted.id}/video`;
  absent("The browser can't play this clip as it is. A preview is being made…", wanted.plays === "preview");
  await new Promise((done) => setTimeout(done, PAUSE));
  if (clip?.id !== wanted.id) return;
  const ready = wanted.plays === "original" || (await playable(url, () => clip?.id === wanted.id));
  if (clip?.id !== wanted.id) return;
  if (!ready) return absent("No preview could be made.");
  absent("", false);
  video.src = url;
  seek(span.start);
}

function absent(text, shown = true) {
  show(byId("no-video"), shown, text);
  video.hidden = shown;
}

/** Shows the frame at a second of the clip. */
export function seek(seconds) {
  if (!clip) return;
  const last = Math.max(0, length() - frameOf(clip));
  video.currentTime = Math.min(frameAt(clip, Math.max(0, seconds)), last) + frameOf(clip) / 2; // never between two
}

/** Shows the frame that is so many further. */
export function step(frames) {
  stop();
  if (clip) seek(frameAt(clip, video.currentTime) + (frames + 0.1) * frameOf(clip));
}

/** Shows what is so many seconds further. */
export function skip(seconds) {
  stop();
  seek(video.currentTime + seconds);
}

/** Plays the window in a loop, or stops. */
export function toggle() {
  if (!video.paused) return stop();
  if (!inside()) seek(span.start);
  video.play().catch(() => undefined); // another clip was chosen before this one could start
}

export function stop() {
  video.pause();
}

const inside = () => video.currentTime >= span.start && video.currentTime < span.end - frameOf(clip) / 2;

function tell() {
  for (const listener of listeners) listener(video.currentTime);
}

/** Follows the playing, and starts again at the window's end. */
function follow() {
  if (video.paused) return;
  if (!inside()) seek(span.start);
  tell();
  requestAnimationFrame(follow);
}

function say() {
  byId("play").firstChild.textContent = video.paused ? "Play " : "Pause ";
}

video.addEventListener("play", () => (say(), follow()));
video.addEventListener("pause", say);
video.addEventListener("seeked", tell);
video.addEventListener("loadeddata", tell);
video.addEventListener("ended", () => (seek(span.start), video.play()));
video.addEventListener("error", () => {
  if (clip && video.hasAttribute("src")) absent("The browser can't play this clip.");
});
video.addEventListener("click", toggle);
