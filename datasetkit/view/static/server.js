/** What the page asks of the server. */

/** An answer that isn't what was asked for. `status` is 0 where there was no answer at all. */
export class Refusal extends Error {
  /** @param {number} status @param {{error?: string, next?: string, files?: string[]}} body */
  constructor(status, body) {
    super([body.error, body.next].filter(Boolean).map(sentence).join(" "));
    this.status = status;
    this.files = body.files ?? [];
  }
}

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, cache: "no-store" });
  } catch {
    throw new Refusal(0, { error: "The server doesn't answer." });
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, body);
  return body;
}

const get = (path) => ask(path, {});
const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** @returns {Promise<import("./types.js").State>} */
export const getState = (since) => get(`/state${since ? `?since=${since}` : ""}`);
export const getDiff = () => get("/diff");
export const postEdit = (edit) => post("/edit", edit);
export const postUndo = (version) => post("/undo", { version });
export const postRedo = (version) => post("/redo", { version });
export const postSave = (version, digest) => post("/save", { version, digest });
export const postReload = (version) => post("/reload", { version });

/** Waits until a clip can be played: a preview may still be made. False once `wanted` says no. */
export async function playable(url, wanted) {
  while (wanted()) {
    const response = await fetch(url, { headers: { Range: "bytes=0-0" }, cache: "no-store" });
    if (response.status !== 202) return response.ok;
    await new Promise((done) => setTimeout(done, 1000));
  }
  return false;
}
