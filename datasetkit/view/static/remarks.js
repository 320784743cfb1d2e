/** Findings, and text in parts, as the report shows them. */

import { copy, element, show } from "./dom.js";

export const MARKS = { error: "■", warning: "▲", advice: "●" };

/** The mark of a severity, with its word for screen readers. */
export function mark(severity) {
  const shape = element("span", { className: `mark ${severity}`, ariaHidden: "true", textContent: MARKS[severity] });
  return element("span", {}, shape, element("span", { className: "vh", textContent: severity }));
}

/** Text in which what stands in backquotes is code. */
export function spelled(text) {
  return text.split("`").map((part, number) => (number % 2 ? element("code", { textContent: part }) : part));
}

const TAGS = { effect: "span", trigger: "b", removed: "del", added: "ins" };

/** A prompt in parts, or a diff of one. @param {import("./types.js").TextRun[]} runs */
export function textRuns(runs) {
  return runs.flatMap(({ text, kind }) => {
    const part = TAGS[kind] ? element(TAGS[kind], { className: kind, textContent: text }) : text;
    return ["kept", "removed", "added"].includes(kind) ? [part, " "] : [part];
  });
}

/** A finding. @param {import("./types.js").Remark} remark */
export function remarkItem(remark) {
  const item = copy("remark-template");
  const find = (selector) => item.querySelector(selector);
  find(".mark").textContent = MARKS[remark.severity];
  find(".mark").classList.add(remark.severity);
  find(".severity").textContent = remark.severity;
  find(".severity").classList.add(remark.severity);
  find(".code").textContent = remark.code;
  find(".rule").textContent = remark.name;
  find(".message").append(...(remark.diff.length ? textRuns(remark.diff) : spelled(remark.message)));
  find(".remedy p").append(...spelled(remark.remedy));
  show(find(".command"), Boolean(remark.command), remark.command);
  return item;
}
