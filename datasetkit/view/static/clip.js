/** The page of the clip that is looked at. */

import { drawCaption } from "./caption.js";
import { announce, byId, copy, element, fill, show } from "./dom.js";
import { drawWindow, span } from "./handles.js";
import { load, PAUSE, stop } from "./player.js";
import { remarkItem } from "./remarks.js";
import { changed, current, currentWindow, edit, store } from "./store.js";
import { drawClip, drawOthers } from "./timeline.js";
import { asEdit, frameOf, longest, spanOf, spanText } from "./windows.js";

/** Draws the clip that is looked at, or says that there is none. */
export function drawSheet() {
  const clip = current();
  show(byId("sheet"), Boolean(clip));
  show(byId("waiting"), !clip, store.state ? "Choose a clip." : "Reading the folder…");
  if (!clip) return stop();
  const window = currentWindow();
  drawHead(clip);
  drawFrames(clip, window);
  drawClip(clip);
  for (const section of document.querySelectorAll(".of-window")) show(section, Boolean(window));
  if (window) drawWindowed(clip, window);
  load(clip, window ? span() : { start: 0, end: Infinity }, store.window);
  show(byId("no-findings"), !clip.findings.length, nothingFound(clip));
  fill(byId("remarks"), clip.findings, (findings) => findings.map(remarkItem));
}

function nothingFound({ ready, fault }) {
  if (!ready) return "Not looked at to the end yet.";
  return fault ? `This file can't be cut here: ${fault}.` : "No findings.";
}

/** What only a clip has that can be cut. */
function drawWindowed(clip, window) {
  for (const input of byId("keeping").querySelectorAll("input")) input.checked = (input.value === "yes") === window.keep;
  drawOthers(clip, store.window);
  drawWindow();
  drawWindows(clip, window);
  drawCaption(clip, window);
}

function drawHead(clip) {
  byId("path").textContent = clip.path;
  byId("facts").textContent = clip.facts.join(" · ");
  const reason = currentWindow()?.reason ?? "";
  show(byId("reason"), Boolean(reason), reason);
  const dropped = currentWindow()?.keep === false;
  byId("sheet").classList.toggle("dropped", dropped);
  show(byId("dropped-text"), dropped);
  const ratio = clip.strip ? clip.strip.width / clip.strip.seconds.length / clip.strip.height : 16 / 9;
  byId("sheet").style.setProperty("--ratio", String(ratio));
  byId("sheet").style.setProperty("--cells", String(clip.strip?.seconds.length ?? 8));
}

/** The first and last frames of the window; a dataset's images beside the frames that they should be. */
function drawFrames(clip, window) {
  const pictures = clip.compared.flatMap(({ which, image, frame, differs }) => [
    image && { ...image, caption: differs ? `${image.caption}: differs from the frame` : image.caption },
    frame && (window ? frameOfWindow(clip, window, which, frame) : frame),
  ]);
  byId("sheet").classList.toggle("paired", clip.compared.some(({ image }) => image));
  fill(byId("frames"), pictures.filter(Boolean), (all) => all.map(figure));
}

/** The first or last frame of the window; the address changes with it, so that no older picture is shown. */
function frameOfWindow(clip, window, which, frame) {
  const { start, end } = spanOf(window);
  const when = which === "first" ? start : end - frameOf(clip);
  const url = `${frame.url}?window=${store.window}&at=${when.toFixed(6)}`;
  return { url, alt: `${frame.alt}, at ${when.toFixed(2)} s`, caption: `${frame.caption}, ${when.toFixed(2)} s` };
}

function figure({ url, alt, caption }) {
  const made = copy("frame-template");
  const picture = made.querySelector("img");
  picture.alt = alt;
  if (url) setTimeout(() => picture.isConnected && (picture.src = url), PAUSE);
  made.querySelector("figcaption").textContent = caption;
  return made;
}

/** The windows of a clip: of a raw clip there can be several, each a sample with a name. */
function drawWindows(clip, window) {
  show(byId("windows"), store.state.kind === "raw");
  fill(byId("window-tabs"), [clip.windows.map((one) => [one.name, spanText(spanOf(one)), one.keep]), store.window], tabs);
  if (document.activeElement !== byId("name")) byId("name").value = window.name;
  show(byId("remove-window"), clip.windows.length > 1);
}

function tabs([windows, chosen]) {
  if (windows.length < 2) return [];
  return windows.map(([name, text, keep], number) => {
    const label = [element("bdi", { textContent: name }), ` ${text}${keep ? "" : " · dropped"}`];
    const tab = element("button", { type: "button", onclick: () => choose(number) }, ...label);
    tab.dataset.key = String(number);
    if (number === chosen) tab.setAttribute("aria-current", "true");
    return element("li", {}, tab);
  });
}

function choose(number) {
  store.window = number;
  changed();
}

/** Adds a window behind the last one, or where there is room. */
async function add() {
  const clip = current();
  const most = longest(clip, store.state.model);
  const last = Math.max(...clip.windows.map((window) => spanOf(window).end));
  const start = Math.min(last, Math.max(0, clip.seconds - most));
  const added = await edit("add", asEdit({ start, end: Math.min(clip.seconds, start + most) }));
  if (added && clip.id === store.id) choose(current().windows.length - 1);
}

async function remove() {
  await edit("remove", {});
  byId("name").focus();
}

/** Keeps or drops the window that is looked at. */
export async function keep(kept) {
  if (await edit("keep", { keep: kept })) announce(kept ? "Kept." : "Dropped.");
}

/** Makes the controls do what they say. */
export function listenSheet() {
  byId("keeping").addEventListener("change", (event) => keep(event.target.value === "yes"));
  byId("add-window").addEventListener("click", add);
  byId("remove-window").addEventListener("click", remove);
  byId("name").addEventListener("change", rename);
  byId("name").addEventListener("keydown", (event) => event.key === "Enter" && event.target.blur());
}

async function rename(event) {
  const name = event.target.value.trim();
  if (name === currentWindow().name || !(await edit("name", { name }))) event.target.value = currentWindow().name;
}
