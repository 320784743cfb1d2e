/** The caption of a window: its subject can be edited, its effect text can't. And the person in the clip. */

import { announce, byId, element, fill, show } from "./dom.js";
import { textRuns } from "./remarks.js";
import { current, currentWindow, edit, store } from "./store.js";

const field = byId("caption");
const drafts = new Map(); // what is typed and not taken yet, by clip and window
let shownKey = "";
let sending = "";

const keyOf = (id, window) => `${id} ${window}`;

/** Whether there is text that the server doesn't know yet. */
export const hasDrafts = () => drafts.size > 0;

/** Draws the caption of the window that is looked at. What is being typed stays. */
export function drawCaption(clip, window) {
  const { subject, effect, missing } = window.caption;
  const key = keyOf(clip.id, store.window);
  const text = drafts.get(key) ?? subject;
  if (key !== shownKey || field.value !== text) field.value = text;
  shownKey = key;
  show(byId("effect"), effect.length > 0);
  fill(byId("effect"), effect, textRuns);
  field.classList.toggle("missing", missing);
  byId("caption-hint").textContent = hint(drafts.has(key), missing, effect.length > 0);
  drawPersons(clip.persons);
}

function hint(typed, missing, fixed) {
  if (typed) return "Not saved yet. Escape takes it back.";
  if (missing) return "● The caption is missing.";
  return fixed ? "The tinted effect text is the same in every sample." : "";
}

function drawPersons(persons) {
  show(byId("persons"), persons !== null);
  if (!persons) return;
  fill(byId("choices"), persons.choices, (choices) => choices.map(choice));
  for (const input of byId("choices").querySelectorAll("input")) input.checked = input.value === persons.chosen;
  byId("persons-hint").textContent = persons.open ? "● The effect text needs it." : "";
}

function choice(word) {
  const input = element("input", { type: "radio", name: "person", value: word });
  input.dataset.key = word;
  return element("label", {}, input, element("span", { textContent: word }));
}

/** Takes what is typed as the caption. */
export async function saveCaption() {
  const [id, window] = [store.id, store.window];
  const text = drafts.get(keyOf(id, window));
  if (text !== undefined) await send(id, window, text);
}

async function send(id, window, text, windowName) {
  const key = keyOf(id, window);
  if (sending === key) return; // leaving the field asks for the same again
  sending = key;
  const again = (name) => send(id, window, text, name);
  const taken = await edit("caption", { text }, { id, window, windowName, again });
  sending = "";
  if (!taken || drafts.get(key) !== text) return;
  drafts.delete(key);
  announce("Caption saved.");
  if (store.id === id) drawCaption(current(), currentWindow());
}

function type() {
  const key = keyOf(store.id, store.window);
  if (field.value === currentWindow().caption.subject) drafts.delete(key);
  else drafts.set(key, field.value);
  drawCaption(current(), currentWindow());
}

function takeBack() {
  drafts.delete(keyOf(store.id, store.window));
  drawCaption(current(), currentWindow());
}

/** Enter and Escape leave the field, so that the next letters are shortcuts again. */
function press(event) {
  if (event.key === "Enter" && !event.isComposing) saveCaption();
  else if (event.key === "Escape") takeBack();
  else return;
  event.preventDefault();
  field.blur();
}

/** Makes the fields do what they say. */
export function listenCaption() {
  field.addEventListener("input", type);
  field.addEventListener("change", saveCaption);
  field.addEventListener("keydown", press);
  byId("save-caption").addEventListener("click", saveCaption);
  byId("persons").addEventListener("change", (event) => edit("person", { value: event.target.value }));
}
