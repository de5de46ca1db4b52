// On a narrow screen: which column is in front.

import { h, icon, keyed } from "./dom.js";
import { ROLES, SIDE } from "./words.js";

const GUIDE_TAB = { id: "side", label: SIDE, icon: "list" };
const ICONS = { customer: "people", rep: "thread", manager: "chart" };

export class Switcher {
  #store;
  #view;

  constructor({ store, view }) {
    this.#store = store;
    this.#view = view;
  }

  update() {
    const front = this.#view.front;
    document.body.dataset.front = front;
    const roles = Object.entries(ROLES);
    const tabs = roles.map(([id, { name }]) => ({ id, label: name, icon: ICONS[id] }));
    keyed(
      document.getElementById("switcher"),
      [...tabs, GUIDE_TAB].map((tab) => {
        const hasNews = tab.id !== front && this.#hasNews(tab.id);
        return {
          key: tab.id,
          signature: `${tab.id === front}:${hasNews}`,
          build: () => this.#button(tab, tab.id === front, hasNews),
        };
      }),
    );
  }

  #button(tab, isFront, hasNews) {
    const onclick = () => this.#view.bring(tab.id);
    const className = hasNews ? "has-news" : "";
    return h(
      "button",
      { type: "button", "aria-pressed": String(isFront), onclick, className },
      icon(tab.icon),
      h("span", {}, tab.label),
    );
  }

  #hasNews(role) {
    return this.#store.ofRole(role).some(({ id }) => this.#store.unreadOf(id) > 0);
  }
}
