/** Puts the page together. */

import { hasDrafts, listenCaption } from "./caption.js";
import { drawSheet, listenSheet } from "./clip.js";
import { announce, byId } from "./dom.js";
import { drawCards, filterBy, shownIds } from "./grid.js";
import { drawPlayhead, setEnd, setStart } from "./handles.js";
import { go, listenKeys } from "./keys.js";
import { onFrame, step, time, toggle } from "./player.js";
import { listenSaving, readAgain } from "./saving.js";
import { drawStatus, onReadAgain } from "./status.js";
import { current, onChange, poll, redo, refresh, select, store, undo } from "./store.js";

const wide = matchMedia("(min-width: 900px)");
const wanted = () => location.hash.slice(1);

/** Looks at the clip that the address names; where there is room, at the first one otherwise. */
function followAddress() {
  const id = store.clips.has(wanted()) ? wanted() : wide.matches ? store.state?.order[0] : "";
  if (id === store.id) return;
  select(id ?? "");
  document.body.classList.toggle("on-clip", Boolean(store.id));
  announce(current()?.path ?? "All clips");
  byId("clip").scrollTop = 0;
  if (store.id && !wide.matches) scrollTo(0, 0);
}

const ON_CLICK = {
  previous: () => go(-1),
  following: () => go(1),
  play: toggle,
  "back-frame": () => step(-1),
  "on-frame": () => step(1),
  "set-start": () => setStart(time()),
  "set-end": () => setEnd(time()),
  undo,
  redo,
  "show-open": showOpen,
};

function showOpen() {
  filterBy("open");
  const [first] = shownIds();
  if (first) location.hash = first;
}

function listen() {
  for (const [id, act] of Object.entries(ON_CLICK)) byId(id).addEventListener("click", () => act());
  for (const input of document.querySelectorAll("input[name=show]")) input.addEventListener("change", drawCards);
  for (const form of document.querySelectorAll("form")) form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", followAddress);
  wide.addEventListener("change", followAddress);
  window.addEventListener("beforeunload", (event) => {
    if (hasDrafts() || store.state?.unsaved.edits) event.preventDefault();
  });
  listenSheet();
  listenCaption();
  listenSaving();
  listenKeys();
}

onChange(drawStatus);
onChange(drawCards);
onChange(drawSheet);
onFrame(drawPlayhead);
onReadAgain(readAgain);
listen();
await refresh();
followAddress();
poll();
