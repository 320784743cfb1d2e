/** How the whole set stands: above the page and below it. */

import { byId, fill, plural, show } from "./dom.js";
import { dismiss, notify } from "./notices.js";
import { mark, remarkItem } from "./remarks.js";
import { store } from "./store.js";

/** Draws what is true of the whole set. */
export function drawStatus() {
  const state = store.state;
  if (!state) return;
  document.title = `${state.open ? `(${state.open}) ` : ""}${state.folder} – datasetkit`;
  byId("folder").textContent = state.folder;
  byId("about").textContent = about(state);
  document.body.dataset.kind = state.kind;
  drawWorking(state.working);
  drawFindings(state.findings);
  drawBar(state);
  drawStale(state.stale);
}

const NOUNS = { raw: "raw clip", dataset: "sample", picks: "pick" };

function about({ kind, model, order }) {
  const what = plural(order.length, NOUNS[kind]);
  return model ? `${what} · ${model.id}, at most ${model.seconds} s` : what;
}

function drawWorking(working) {
  show(byId("working"), working !== null && working.done < working.total);
  if (!working) return;
  Object.assign(byId("progress"), { max: working.total, value: working.done });
  byId("progress-text").textContent = `looked at ${working.done} of ${plural(working.total, "clip")}`;
}

/** The findings that are about no clip of their own. */
function drawFindings(findings) {
  show(byId("set-findings"), findings.length > 0);
  byId("set-summary").textContent = `${plural(findings.length, "finding")} about the whole set`;
  const severities = ["error", "warning", "advice"].filter((one) => findings.some((remark) => remark.severity === one));
  fill(byId("set-marks"), severities, (all) => all.map(mark));
  fill(byId("set-remarks"), findings, (all) => all.map(remarkItem));
}

function drawBar({ open, next, unsaved, undo, redo, working }) {
  const done = open === 0 && !working;
  show(byId("show-open"), open > 0, plural(open, "open question"));
  show(byId("nothing-open"), done);
  byId("unsaved").textContent = unsaved.edits ? `${plural(unsaved.edits, "unsaved change")}: ${unsaved.files.join(", ")}` : "";
  show(byId("next"), done && Boolean(next));
  byId("next-text").textContent = unsaved.edits ? "Save, then:" : "Next:";
  byId("next-command").textContent = next;
  drawStep(byId("undo"), "Undo", undo);
  drawStep(byId("redo"), "Redo", redo);
  byId("show-diff").disabled = byId("save").disabled = unsaved.edits === 0;
}

function drawStep(button, label, what) {
  button.disabled = !what;
  button.title = what ? `${label}: ${what}` : "";
}

function drawStale(files) {
  if (!files.length) return dismiss("stale");
  const names = files.map((name) => `\`${name}\``).join(", ");
  notify("stale", `Changed on disk meanwhile: ${names}. Nothing is overwritten.`, { "Read again and keep my edits": readAgain });
  return true;
}

let readAgain = () => undefined;

/** Sets what reads the files again. */
export function onReadAgain(act) {
  readAgain = act;
}
