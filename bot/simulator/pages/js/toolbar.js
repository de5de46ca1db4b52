// The bar above the phones: clock, fast forward, folding on narrow screens.

import { atDayTime, chatLabel, clockSeconds, dateLabel } from "./time.js";
import { TOOLBAR } from "./words.js";

const byId = (id) => document.getElementById(id);

export class Toolbar {
  #store;
  #view;
  #actions;

  constructor({ store, view, actions }) {
    this.#store = store;
    this.#view = view;
    this.#actions = actions;
    for (const button of document.querySelectorAll("[data-advance]")) {
      button.addEventListener("click", () => this.#advance(button));
    }
    const tools = byId("toggle-tools");
    tools.addEventListener("click", () => fold(tools, byId("tools")));
    byId("tools").addEventListener("click", ({ target }) => {
      if (target.closest("button")) fold(tools, byId("tools"), false);
    });
    const side = byId("toggle-side");
    side.addEventListener("click", () => fold(side, byId("side")));
    byId("side").addEventListener("click", ({ target }) => {
      if (target.closest(".step-help button")) fold(side, byId("side"), false);
    });
  }

  update() {
    byId("acting-name").textContent = this.#view.person("customer")?.name ?? "客户";
    const banner = byId("banner");
    banner.hidden = this.#store.isConnected;
    banner.textContent = this.#store.isLoaded ? TOOLBAR.offline : TOOLBAR.loading;
    this.tick();
  }

  tick() {
    if (!this.#store.isLoaded) return;
    const now = this.#store.now();
    byId("clock-time").textContent = clockSeconds(now);
    byId("clock-time").dateTime = now.toISOString();
    byId("clock-date").textContent = dateLabel(now);
  }

  async #advance(button) {
    const span = button.dataset.advance;
    const fields =
      span === "tomorrow"
        ? { until: atDayTime(this.#store.now(), 1, "09:00") }
        : { seconds: Number(span) };
    button.disabled = true;
    const answer = await this.#actions.run("advance", fields);
    button.disabled = false;
    const before = new Date(0);
    if (answer?.now) this.#actions.toast(TOOLBAR.advanced(chatLabel(new Date(answer.now), before)));
  }
}

function fold(button, panel, isOpen = !panel.classList.contains("is-open")) {
  panel.classList.toggle("is-open", isOpen);
  button.setAttribute("aria-expanded", String(isOpen));
}
