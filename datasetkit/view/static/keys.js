/** The keys, and the list of them. */

import { saveCaption } from "./caption.js";
import { byId, element } from "./dom.js";
import { keep } from "./clip.js";
import { shownIds } from "./grid.js";
import { setEnd, setStart } from "./handles.js";
import { skip, step, time, toggle } from "./player.js";
import { showDiff } from "./saving.js";
import { current, currentWindow, redo, store, undo } from "./store.js";

const ONE_SECOND = 1;

/** Goes to the clip that is so many further, of those that are shown. */
export function go(distance) {
  const order = store.state?.order ?? [];
  const now = order.indexOf(store.id);
  const ids = shownIds();
  const next = distance > 0 ? ids.find((id) => order.indexOf(id) > now) : ids.findLast((id) => order.indexOf(id) < now);
  if (next) location.hash = next;
}

const onClip = (act) => () => current() && act();
const onWindow = (act) => () => currentWindow() && act();

/** Key → what it does, and how the list says it. Letters go by what is typed. */
const KEYS = [
  [["j"], "J", "next clip", () => go(1)],
  [["k"], "K", "previous clip", () => go(-1)],
  [[" "], "space", "play the window in a loop, or stop", onClip(toggle)],
  [["i"], "I", "start the window here", onWindow(() => setStart(time()))],
  [["o"], "O", "end the window here", onWindow(() => setEnd(time()))],
  [["arrowleft", "arrowright"], "← →", "a frame back, a frame on", null],
  [["shift+arrowleft", "shift+arrowright"], "shift ← →", "a second back, a second on", null],
  [["d"], "D", "drop, or keep again", onWindow(() => keep(!currentWindow().keep))],
  [["c"], "C", "write the caption", onWindow(() => byId("caption").focus())],
  [["enter"], "Enter", "save the caption", null],
  [["escape"], "Escape", "take back what you typed", null],
  [["ctrl+z"], "Ctrl Z", "undo", undo],
  [["ctrl+shift+z", "ctrl+y"], "Ctrl shift Z", "redo", redo],
  [["ctrl+s"], "Ctrl S", "show the diff and save", () => saveAll()],
  [["?"], "?", "these keys", () => byId("keys-dialog").showModal()],
];
const ACTIONS = new Map(KEYS.flatMap(([names, , , act]) => (act ? names.map((name) => [name, act]) : [])));
ACTIONS.set("arrowleft", onClip(() => step(-1)));
ACTIONS.set("arrowright", onClip(() => step(1)));
ACTIONS.set("shift+arrowleft", onClip(() => skip(-ONE_SECOND)));
ACTIONS.set("shift+arrowright", onClip(() => skip(ONE_SECOND)));

async function saveAll() {
  await saveCaption();
  await showDiff(true);
}

function nameOf(event) {
  const key = event.key.toLowerCase();
  const shift = event.shiftKey && (event.ctrlKey || event.metaKey || key.startsWith("arrow"));
  return `${event.ctrlKey || event.metaKey ? "ctrl+" : ""}${shift ? "shift+" : ""}${key}`;
}

const typing = (node) => node.matches("textarea, input[type=text]");

/** Whether the focused element needs a key for itself. */
function isTaken(name, node) {
  if (name === "ctrl+s") return false;
  if (typing(node)) return true;
  if (name === " ") return node.matches("button, summary, input");
  return name.includes("arrow") && node.matches("input[type=radio], pre");
}

function press(event) {
  const name = nameOf(event);
  const act = ACTIONS.get(name);
  const single = name.length === 1 && name !== " ";
  if (!act || event.altKey || document.querySelector("dialog[open]") || isTaken(name, event.target)) return;
  if (single && !byId("letters").checked) return;
  event.preventDefault();
  act();
}

/** Listens to the keyboard, and fills the list of keys. */
export function listenKeys() {
  document.addEventListener("keydown", press);
  byId("keys-list").append(...KEYS.flatMap(([, key, does]) => [
    element("dt", {}, element("kbd", { textContent: key })),
    element("dd", { textContent: does }),
  ]));
  byId("letters").checked = localStorage.getItem("letters") !== "no";
  byId("letters").addEventListener("change", (event) => localStorage.setItem("letters", event.target.checked ? "yes" : "no"));
  byId("show-keys").addEventListener("click", () => byId("keys-dialog").showModal());
  byId("keys-close").addEventListener("click", () => byId("keys-dialog").close());
}
