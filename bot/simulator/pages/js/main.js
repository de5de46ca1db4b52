// Composition: build the parts, then redraw whenever the store or the view changes.

import { Actions } from "./actions.js";
import { Calls } from "./calls.js";
import { Column } from "./column.js";
import { Dialogs } from "./dialogs.js";
import { Guide } from "./guide.js";
import { Store } from "./store.js";
import { follow } from "./stream.js";
import { Switcher } from "./switcher.js";
import { Toolbar } from "./toolbar.js";
import { View } from "./view.js";
import { ROLES } from "./words.js";

const store = new Store();
const view = new View(store);
const actions = new Actions(view);
const shared = { store, view, actions };
actions.attach(new Dialogs(shared));

const columns = {};
for (const role of Object.keys(ROLES)) {
  columns[role] = new Column(role, shared);
  document.getElementById("columns").append(columns[role].element);
}
const toolbar = new Toolbar(shared);
const parts = [
  new Switcher(shared),
  ...Object.values(columns),
  toolbar,
  new Guide({ ...shared, columns }),
  new Calls(shared),
];

let isDue = false;
function draw() {
  isDue = false;
  for (const part of parts) part.update();
}
function redraw() {
  if (isDue) return;
  isDue = true;
  queueMicrotask(draw);
}

store.addEventListener("change", redraw);
view.addEventListener("change", redraw);
document.addEventListener("visibilitychange", redraw);
// A popup menu closes when the reader clicks elsewhere.
document.addEventListener("click", ({ target }) => {
  for (const popup of document.querySelectorAll("details.popup[open]")) {
    if (!popup.contains(target)) popup.open = false;
  }
});
setInterval(() => {
  toolbar.tick();
  for (const column of Object.values(columns)) column.tick();
}, 1000);
follow(store);
