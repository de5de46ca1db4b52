// Building and re-using DOM nodes. Nothing here (or anywhere in these pages)
// parses HTML: user text only ever becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Build an element. `on…` functions become listeners, `dataset` is merged,
 * `true` sets a bare attribute, `false`/`null`/`undefined` leaves it out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "className") element.className = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An icon of the sprite in index.html; decorative, so hidden from readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

const kept = new WeakMap();

/**
 * Make `parent` hold exactly the nodes of `items` ({key, signature, build}),
 * in order, re-using the node of an item whose signature has not changed: a
 * half-chosen drop-down survives the arrival of another message. A re-built
 * node takes over the keyboard focus of the one it replaces.
 */
export function keyed(parent, items) {
  const before = kept.get(parent) ?? new Map();
  const after = new Map();
  const orphaned = document.activeElement;
  const hadFocus = parent.contains(orphaned);
  let focusKey = null;
  for (const [key, { node }] of before) {
    if (hadFocus && node.contains(orphaned)) focusKey = key;
  }
  items.forEach((item, index) => {
    const old = before.get(item.key);
    const isSame = old !== undefined && old.signature === item.signature;
    const node = isSame ? old.node : item.build();
    after.set(item.key, { signature: item.signature, node });
    if (parent.childNodes[index] !== node) {
      parent.insertBefore(node, parent.childNodes[index] ?? null);
    }
  });
  while (parent.childNodes.length > items.length) parent.lastChild.remove();
  kept.set(parent, after);
  if (focusKey !== null && !orphaned.isConnected) {
    refocus(after.get(focusKey)?.node);
  }
}

function refocus(node) {
  if (!node) return;
  const selector = "button:not(:disabled), select, input, textarea, a[href], [tabindex]";
  (node.matches(selector) ? node : node.querySelector(selector))?.focus({ preventScroll: true });
}
