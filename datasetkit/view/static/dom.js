/** Elements: made, found and filled. Foreign text only ever becomes text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

const filled = new WeakMap(); // parent → the value that it shows

/** The element with an id of the page's template. @returns {any} */
export const byId = (id) => document.getElementById(id);

/** A new element with these properties and children. @returns {any} */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A new SVG element with these attributes and children. */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** A copy of the one element in a <template>. @returns {any} */
export const copy = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** Shows an element, with this text if one is given, or hides it. */
export function show(node, shown, text) {
  node.hidden = !shown;
  if (text !== undefined) node.textContent = text;
}

/**
 * Fills a parent with what `make` gives, unless it shows the same `value` already.
 * The focus stays on the child with the same `data-key`.
 */
export function fill(parent, value, make) {
  const shown = JSON.stringify(value);
  if (filled.get(parent) === shown) return;
  filled.set(parent, shown);
  const key = parent.contains(document.activeElement) ? document.activeElement?.dataset.key : undefined;
  parent.replaceChildren(...make(value));
  if (key !== undefined) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** Tells a screen reader. */
export function announce(text) {
  byId("live").textContent = text;
}

/** "1 edit", "2 edits". */
export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
