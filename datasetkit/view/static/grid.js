/** The cards of all clips, and which of them are shown. */

import { byId, copy, fill, show } from "./dom.js";
import { mark } from "./remarks.js";
import { store } from "./store.js";
import { film } from "./timeline.js";

const FILM = 6.5; // how many times as wide as high the pictures on a card are

const isDropped = (clip) => clip.windows.length > 0 && clip.windows.every((window) => !window.keep);
const isUnnamed = (clip) => Boolean(clip.persons?.open);
const isUncaptioned = (clip) => store.state.kind !== "picks" && clip.windows.some((window) => window.keep && window.caption.missing);
const isOpen = (clip) => !isDropped(clip) && (isUnnamed(clip) || isUncaptioned(clip) || clip.severity === "error");

/** The filters, as the page's template names them. */
const FILTERS = {
  all: () => true,
  findings: (clip) => clip.findings.length > 0,
  open: isOpen,
  dropped: (clip) => clip.windows.some((window) => !window.keep),
};

const cards = new Map(); // id → {item, version, clip}
let near = null;

const chosen = () => document.querySelector("input[name=show]:checked").value;

/** The ids of the clips that are shown, in order. */
export function shownIds() {
  const wanted = FILTERS[chosen()];
  return store.state.order.filter((id) => store.clips.has(id) && wanted(store.clips.get(id)));
}

/** Shows only some clips: "all", "findings", "open" or "dropped". */
export function filterBy(name) {
  document.querySelector(`input[name=show][value=${name}]`).checked = true;
  drawCards();
}

/** Draws the cards that have changed. */
export function drawCards() {
  if (!store.state) return;
  for (const clip of store.clips.values()) drawCard(clip);
  place();
  const shown = new Set(shownIds());
  for (const [id, { item }] of cards) choose(item, id === store.id, shown.has(id));
  show(byId("none"), shown.size === 0, store.state.order.length ? "No clips to show." : "There are no clips in this folder.");
  const all = [...store.clips.values()];
  for (const [name, wanted] of Object.entries(FILTERS)) {
    document.querySelector(`[data-count=${name}]`).textContent = String(all.filter(wanted).length);
  }
}

function choose(item, isCurrent, isShown) {
  item.hidden = !isShown && !isCurrent;
  const card = item.firstElementChild;
  if (isCurrent === card.hasAttribute("aria-current")) return;
  if (isCurrent) card.setAttribute("aria-current", "true");
  else card.removeAttribute("aria-current");
  if (isCurrent) item.scrollIntoView({ block: "nearest" });
}

/** Puts the items into the server's order, and takes away those that are gone. */
function place() {
  const order = store.state.order.filter((id) => cards.has(id));
  for (const [id, { item }] of cards) if (!store.clips.has(id)) (item.remove(), cards.delete(id));
  const list = byId("cards");
  order.forEach((id, number) => {
    const { item } = cards.get(id);
    if (list.children[number] !== item) list.insertBefore(item, list.children[number] ?? null);
  });
}

function drawCard(clip) {
  const known = cards.get(clip.id);
  if (known?.clip === clip) return;
  const item = known?.item ?? newItem(clip);
  cards.set(clip.id, { item, clip });
  const find = (selector) => item.querySelector(selector);
  item.classList.toggle("dropped", isDropped(clip));
  find("bdi").textContent = clip.path;
  find(".facts").textContent = status(clip).join(" · ");
  fill(find(".marks"), clip.severity, (severity) => (severity ? [mark(severity)] : []));
  if (item.dataset.near) drawFilm(item, clip);
}

function newItem(clip) {
  const item = copy("card-template");
  item.dataset.id = clip.id;
  item.firstElementChild.href = `#${clip.id}`;
  near ??= new IntersectionObserver(comeNear, { root: null, rootMargin: "400px" });
  near.observe(item);
  return item;
}

/** Loads the pictures of cards that come near. */
function comeNear(entries) {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    target.dataset.near = "yes";
    drawFilm(target, store.clips.get(target.dataset.id));
  }
}

function drawFilm(item, clip) {
  fill(item.querySelector(".film"), { strip: clip?.strip ?? null }, ({ strip }) => (strip ? [film(strip, some(strip))] : []));
}

/** As many of a strip's frames as there is room for, from its first to its last. */
function some({ seconds, width, height }) {
  const room = Math.round((FILM * height * seconds.length) / width);
  const count = Math.max(1, Math.min(room, seconds.length));
  return Array.from({ length: count }, (_, number) => Math.round((number * (seconds.length - 1)) / Math.max(1, count - 1)));
}

/** What is said of a clip beside its name. */
function status(clip) {
  if (!clip.windows.length) return [clip.fault || "not looked at yet"];
  const said = [`${clip.seconds.toFixed(1)} s`];
  if (isDropped(clip)) return [...said, "dropped"];
  if (clip.windows.length > 1) said.push(`${clip.windows.length} windows`);
  if (isUnnamed(clip)) said.push("who is it?");
  if (isUncaptioned(clip)) said.push("no caption");
  return said;
}
