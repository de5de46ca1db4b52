// The line above a phone: whose it is, and who else has news.

import { personAvatar } from "./avatar.js";
import { h, icon, keyed } from "./dom.js";
import { ROLES, SAY } from "./words.js";

export class Owner {
  #role;
  #store;
  #view;
  #avatar = h("span", { className: "owner-avatar" });
  #elsewhere = h("div", { className: "elsewhere" });
  #who;

  constructor(role, { store, view }) {
    this.#role = role;
    this.#store = store;
    this.#view = view;
    const { name } = ROLES[role];
    const onchange = () => view.selectPerson(role, this.#who.value);
    this.#who = h("select", { id: `who-${role}`, "aria-label": SAY.choosePerson(name), onchange });
    this.element = h(
      "header",
      { className: "owner" },
      this.#avatar,
      h("span", { className: "owner-role" }, name),
      h("span", { className: "owner-select" }, this.#who, icon("down")),
      this.#elsewhere,
    );
  }

  update(person) {
    const people = this.#store.ofRole(this.#role);
    keyed(this.#avatar, [
      {
        key: person?.id ?? "",
        signature: person?.name ?? "",
        build: () => (person ? personAvatar(person) : h("span", { className: "avatar" })),
      },
    ]);
    keyed(
      this.#who,
      people.map(({ id, name }) => ({
        key: id,
        signature: name,
        build: () => h("option", { value: id }, name),
      })),
    );
    if (person) this.#who.value = person.id;
    keyed(this.#elsewhere, this.#news(people, person));
  }

  /** One button for the first other person who has unread messages. */
  #news(people, person) {
    const others = people
      .filter(({ id }) => id !== person?.id)
      .map(({ id, name }) => ({ id, label: SAY.elsewhere(name, this.#store.unreadOf(id)) }))
      .filter(({ id }) => this.#store.unreadOf(id) > 0);
    return others.slice(0, 1).map(({ id, label }) => ({
      key: id,
      signature: label,
      build: () => {
        const onclick = () => this.#view.selectPerson(this.#role, id);
        return h("button", { type: "button", onclick }, label);
      },
    }));
  }
}
