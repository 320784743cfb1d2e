/** The state of the page: what the server said last, which clip is looked at, and edits on their way. */

import { announce } from "./dom.js";
import { dismiss, notify } from "./notices.js";
import { getState, postEdit, postRedo, postReload, postSave, postUndo, Refusal } from "./server.js";

/** @type {{state: import("./types.js").State|null, clips: Map<string, import("./types.js").Clip>, id: string, window: number}} */
export const store = { state: null, clips: new Map(), id: "", window: 0 };

const listeners = [];
let queue = Promise.resolve();

/** Calls `listener` now and after every change. */
export function onChange(listener) {
  listeners.push(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

/** The clip that is looked at. */
export const current = () => store.clips.get(store.id);

/** The window that is looked at, of the clip that is. */
export const currentWindow = () => current()?.windows[store.window];

/** Looks at a clip, or at none. */
export function select(id, window = 0) {
  store.id = store.clips.has(id) ? id : "";
  store.window = window;
  changed();
}

/** Takes in what the server said, unless something newer is known. */
function take(state) {
  if (store.state && state.version < store.state.version) return;
  const first = store.state === null;
  store.state = state;
  for (const clip of state.clips) store.clips.set(clip.id, clip);
  const order = new Set(state.order);
  for (const id of store.clips.keys()) if (!order.has(id)) store.clips.delete(id);
  if (!store.clips.has(store.id)) store.id = "";
  store.window = Math.min(store.window, Math.max(0, (current()?.windows.length ?? 1) - 1));
  changed();
  return first;
}

/** Asks for what has changed. */
export async function refresh() {
  try {
    take(await getState(store.state?.version ?? 0));
    if (dismiss("lost")) announce("The server answers again.");
  } catch (error) {
    report(error);
  }
}

/** Asks again and again, sooner while clips are being looked at. */
export async function poll() {
  await refresh();
  setTimeout(poll, store.state?.working ? 1000 : 3000);
}

/** Says what went wrong. */
export function report(error) {
  if (!(error instanceof Refusal)) throw error;
  if (error.status === 0) {
    notify("lost", "The server doesn't answer. If it has stopped, run `datasetkit view` again. It still holds your unsaved edits.");
  } else if (error.status === 403) {
    notify("lost", "This page belongs to an earlier start of `datasetkit view`. Open the address that it printed last.");
  } else {
    notify("refused", error.message);
  }
}

/** One request after another, so that each knows what the one before did. True if it was done. */
function inTurn(request, again) {
  const done = queue.then(async () => {
    try {
      take(await request(store.state?.version ?? 0));
      dismiss("refused");
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.status === 409) await offer(error, again);
      else report(error);
      return false;
    }
  });
  queue = done.then(() => undefined);
  return done;
}

/** Another tab was faster: shows what it did, and offers to do this edit on top where `again` does that. */
async function offer(error, again) {
  await refresh();
  notify("refused", error.message, again ? { "Apply my edit anyway": again } : {});
}

/**
 * Edits the clip that is looked at. True if it was done.
 * @param {string} what of the contract: "window", "keep", "caption", …
 * `windowName` is that of the window that a refused edit was meant for; it is refused if another one has its place now.
 */
export function edit(what, values, { id = store.id, window = store.window, windowName, again } = {}) {
  let named = windowName;
  const send = (version) => {
    named ??= store.clips.get(id)?.windows[window]?.name; // once the edits before this one are done
    return postEdit({ version, clip: id, window, window_name: named, do: what, ...values });
  };
  const anyway = () => (again ? again(named) : edit(what, values, { id, window, windowName: named }));
  return inTurn(send, windowName === undefined ? anyway : undefined);
}

export async function undo() {
  const text = store.state?.undo;
  if (text && (await inTurn(postUndo))) announce(`Undone: ${text}`);
}

export async function redo() {
  const text = store.state?.redo;
  if (text && (await inTurn(postRedo))) announce(`Done again: ${text}`);
}

/** Writes what the diff with that digest shows. Throws Refusal, with the files that changed on disk meanwhile. */
export async function save(digest) {
  await queue;
  take(await postSave(store.state.version, digest));
}

/** Reads the files again and keeps the edits that still fit. Gives those that don't. @returns {Promise<string[]>} */
export async function reload() {
  await queue;
  const answer = await postReload(store.state.version);
  take(answer.state);
  return answer.lost;
}
