// The top of a phone: title with its menu, tabs by kind, chips for several chats of a kind.

import { h, icon, keyed } from "./dom.js";
import { NAV_ACTIONS, ROLES, SAY, TITLES } from "./words.js";

export class NavBar {
  #role;
  #store;
  #view;
  #actions;
  #title = h("h2", { className: "nav-title" });
  #menu = h("div", { className: "nav-actions" });
  #chips = h("div", { className: "chips" });
  #tabs;

  constructor(role, { store, view, actions }) {
    this.#role = role;
    this.#store = store;
    this.#view = view;
    this.#actions = actions;
    const label = SAY.conversations(ROLES[role].name);
    this.#tabs = h("nav", { className: "tabs", "aria-label": label });
    const bar = h("header", { className: "nav" }, this.#title, this.#menu);
    this.elements = [bar, this.#tabs, this.#chips];
  }

  update(person, conversation, kind) {
    this.#title.textContent = conversation
      ? this.#titleOf(conversation, person)
      : ROLES[this.#role].tabs[kind];
    this.#updateMenu(person, conversation, kind);
    this.#updateTabs(person, kind);
    this.#updateChips(person, conversation);
  }

  /** A chat between two is called after the other one, anything else by its title. */
  #titleOf(conversation, person) {
    if (conversation.kind === "friend") {
      const other = conversation.members.find((id) => id !== person?.id);
      const name = this.#store.nameOf(other);
      if (name) return name;
    }
    return conversation.title || TITLES[conversation.kind];
  }

  #updateMenu(person, conversation, kind) {
    const action = NAV_ACTIONS[`${this.#role}.${kind}`];
    const isOffered = action && conversation && conversation.messages.length > 0;
    const item = {
      key: kind,
      signature: conversation?.id,
      build: () => this.#menuOf(action, person, conversation),
    };
    keyed(this.#menu, isOffered ? [item] : []);
  }

  #menuOf(action, person, conversation) {
    const onclick = ({ currentTarget }) => {
      currentTarget.closest("details").open = false;
      const userid = conversation.members.find((id) => id !== person.id);
      this.#actions.confirmed(action.question, action.act, { customer: person.id, userid });
    };
    const button = h("button", { type: "button", onclick }, action.label);
    return h(
      "details",
      { className: "popup" },
      h("summary", { "aria-label": SAY.more }, icon("more")),
      h("div", { className: "popup-list" }, button),
    );
  }

  #updateTabs(person, open) {
    const kinds = Object.entries(ROLES[this.#role].tabs);
    this.#tabs.hidden = kinds.length < 2 || !person;
    keyed(
      this.#tabs,
      kinds.map(([kind, label]) => {
        const isOpen = kind === open;
        const unread = person && !isOpen ? this.#store.unreadOf(person.id, kind) : 0;
        return {
          key: kind,
          signature: `${isOpen}:${unread}`,
          build: () => this.#tab(kind, label, isOpen, unread),
        };
      }),
    );
  }

  #tab(kind, label, isOpen, unread) {
    const attributes = {
      type: "button",
      "aria-current": isOpen ? "page" : null,
      dataset: { kind },
      onclick: () => this.#view.open(this.#role, kind),
    };
    return h("button", attributes, label, badge(unread));
  }

  #updateChips(person, open) {
    const found = this.#view.conversations(this.#role);
    this.#chips.hidden = found.length < 2;
    const listed = found.length < 2 ? [] : found;
    keyed(
      this.#chips,
      listed.map((conversation) => {
        const isOpen = conversation.id === open?.id;
        const unread = isOpen ? 0 : this.#store.unread(conversation, person.id);
        const label = this.#titleOf(conversation, person);
        return {
          key: conversation.id,
          signature: `${label}:${isOpen}:${unread}`,
          build: () => this.#chip(conversation, label, isOpen, unread),
        };
      }),
    );
  }

  #chip({ id, kind }, label, isOpen, unread) {
    const attributes = {
      type: "button",
      className: "chip",
      "aria-pressed": String(isOpen),
      onclick: () => this.#view.open(this.#role, kind, id),
    };
    return h("button", attributes, label, badge(unread));
  }
}

function badge(unread) {
  if (unread === 0) return null;
  return h("span", { className: "badge", "aria-label": SAY.unread(unread) }, String(unread));
}
