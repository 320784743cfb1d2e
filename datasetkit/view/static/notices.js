/** Messages above the page, each with what can be done about it. */

import { byId, element } from "./dom.js";
import { spelled } from "./remarks.js";

/**
 * Shows a message in the place of the one of the same kind.
 * @param {Record<string, () => void>} actions what a button says → what it does
 */
export function notify(kind, text, actions = {}) {
  const shown = find(kind);
  if (shown?.dataset.text === text && !Object.keys(actions).length) return;
  const buttons = Object.entries(actions).map(([label, act]) => button(label, () => (dismiss(kind), act())));
  const made = element("div", { className: "notice" }, element("p", { role: "alert" }, ...spelled(text)), ...buttons);
  made.append(button("Close", () => dismiss(kind)));
  made.dataset.kind = kind;
  made.dataset.text = text;
  if (shown) shown.replaceWith(made);
  else byId("notices").append(made);
}

/** Takes a message away. True if there was one. */
export function dismiss(kind) {
  const shown = find(kind);
  shown?.remove();
  return Boolean(shown);
}

const find = (kind) => byId("notices").querySelector(`[data-kind="${kind}"]`);
const button = (textContent, onclick) => element("button", { type: "button", textContent, onclick });
