// What the reader looks at: person, tab and conversation of each column.

import { ROLES } from "./words.js";

export class View extends EventTarget {
  #store;
  #people = new Map();
  #tabs = new Map();
  #chosen = new Map();

  constructor(store) {
    super();
    this.#store = store;
    /** The column (or "side") that a narrow screen shows. */
    this.front = "customer";
    for (const [role, id] of new URLSearchParams(window.location.hash.slice(1))) {
      if (role in ROLES) this.#people.set(role, id);
    }
  }

  /** The person of a column, or null while there is none. */
  person(role) {
    const people = this.#store.ofRole(role);
    return people.find(({ id }) => id === this.#people.get(role)) ?? people[0] ?? null;
  }

  selectPerson(role, id) {
    this.#people.set(role, id);
    const address = new URLSearchParams([...this.#people]);
    history.replaceState(null, "", `#${address}`);
    this.#changed();
  }

  /** Kind of the open tab: the one asked for, else the liveliest, else the story's first. */
  tab(role) {
    const person = this.person(role);
    const asked = this.#tabs.get(`${role}:${person?.id}`);
    if (asked) return asked;
    if (role !== "customer") return "app";
    const latest = this.#store
      .of(person?.id)
      .filter(({ messages }) => messages.length > 0)
      .sort((left, right) => lastMoment(right) - lastMoment(left))[0];
    return latest?.kind ?? "friend";
  }

  /** Open a tab, a certain conversation of it if given, and bring the column to the front. */
  open(role, kind, conversationId = null) {
    const id = this.person(role)?.id;
    this.#tabs.set(`${role}:${id}`, kind);
    if (conversationId) this.#chosen.set(`${role}:${id}:${kind}`, conversationId);
    this.front = role;
    this.#changed();
  }

  /** Bring a column (or "side") to the front of a narrow screen. */
  bring(front) {
    this.front = front;
    this.#changed();
  }

  /** Conversations behind the open tab. */
  conversations(role) {
    const person = this.person(role);
    return person ? this.#store.of(person.id, this.tab(role)) : [];
  }

  /** The open conversation, or null. */
  conversation(role) {
    const found = this.conversations(role);
    const chosen = this.#chosen.get(`${role}:${this.person(role)?.id}:${this.tab(role)}`);
    return found.find(({ id }) => id === chosen) ?? found[0] ?? null;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function lastMoment({ messages }) {
  return Date.parse(messages.at(-1).at);
}
