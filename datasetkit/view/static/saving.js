/** The diff of what will be written, and the writing. */

import { announce, byId, element, plural, show } from "./dom.js";
import { notify } from "./notices.js";
import { getDiff, Refusal } from "./server.js";
import { reload, report, save } from "./store.js";

const SIGNS = { kept: " ", removed: "−", added: "+", place: "" };
const SPOKEN = { removed: "removed: ", added: "added: " };

let seen = ""; // the digest of the diff that is shown

/** Shows what will be written; `ready` puts the focus on the button that writes. */
export async function showDiff(ready) {
  try {
    draw(await getDiff());
  } catch (error) {
    return report(error);
  }
  show(byId("diff-problem"), false, "");
  show(byId("diff-reload"), false);
  if (!byId("diff-dialog").open) byId("diff-dialog").showModal();
  byId(ready && !byId("diff-save").disabled ? "diff-save" : "diff-close").focus();
}

function draw({ files, digest }) {
  seen = digest;
  show(byId("diff-empty"), files.length === 0);
  byId("diff-save").disabled = files.length === 0;
  byId("diff-save").textContent = files.length ? `Write ${plural(files.length, "file")}` : "Save";
  byId("diff-files").replaceChildren(...files.flatMap(fileDiff));
}

function fileDiff({ name, lines }) {
  const body = element("pre", { tabIndex: 0, ariaLabel: `changes of ${name}` }, ...lines.map(line));
  body.setAttribute("role", "group");
  return [element("h3", { className: "code", textContent: name }), body];
}

function line({ kind, text }) {
  const sign = element("span", { className: "sign", ariaHidden: "true", textContent: SIGNS[kind] });
  const spoken = element("span", { className: "vh", textContent: SPOKEN[kind] ?? "" });
  return element("span", { className: `line ${kind}` }, sign, spoken, text, "\n");
}

async function write() {
  byId("diff-save").disabled = true;
  try {
    await save(seen);
    byId("diff-dialog").close();
    announce("Saved.");
  } catch (error) {
    await refused(error);
  }
}

async function refused(error) {
  byId("diff-save").disabled = false;
  if (!(error instanceof Refusal) || error.status !== 409) {
    byId("diff-dialog").close();
    return report(error);
  }
  if (!error.files.length) {
    await showDiff(false);
    return show(byId("diff-problem"), true, `■ ${error.message}`);
  }
  show(byId("diff-problem"), true, `■ ${error.message}`);
  show(byId("diff-reload"), true);
  byId("diff-reload").focus();
}

/** Reads the files again, keeps the edits, and says which of them no longer fit. */
export async function readAgain() {
  let lost;
  try {
    lost = await reload();
  } catch (error) {
    return report(error);
  }
  if (lost.length) notify("reread", `Read again. These edits no longer fit: ${lost.join("; ")}.`);
  else notify("reread", "Read again. Your edits are kept and still unsaved.");
  if (byId("diff-dialog").open) await showDiff(true);
}

/** Makes the buttons do what they say. */
export function listenSaving() {
  byId("show-diff").addEventListener("click", () => showDiff(false));
  byId("save").addEventListener("click", () => showDiff(true));
  byId("diff-save").addEventListener("click", write);
  byId("diff-reload").addEventListener("click", readAgain);
  byId("diff-close").addEventListener("click", () => byId("diff-dialog").close());
}
