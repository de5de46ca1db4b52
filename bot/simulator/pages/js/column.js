// One phone, put together from its parts.

import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { Log } from "./log.js";
import { NavBar } from "./navbar.js";
import { Owner } from "./owner.js";
import { clockTime } from "./time.js";
import { ROLES } from "./words.js";

export class Column {
  #role;
  #store;
  #view;
  #owner;
  #navBar;
  #log;
  #composer;
  #time = h("time", {});

  /** `shared` is {store, view, actions}. */
  constructor(role, shared) {
    this.#role = role;
    this.#store = shared.store;
    this.#view = shared.view;
    this.#owner = new Owner(role, shared);
    this.#navBar = new NavBar(role, shared);
    this.#log = new Log(role, shared);
    this.#composer = new Composer(role, shared);
    const status = h(
      "div",
      { className: "phone-status", "aria-hidden": "true" },
      this.#time,
      h("i", {}),
    );
    const parts = [status, ...this.#navBar.elements, this.#log.element, this.#composer.element];
    this.element = h(
      "section",
      { className: "column", dataset: { role }, "aria-label": ROLES[role].name },
      this.#owner.element,
      h("div", { className: "phone" }, ...parts),
    );
  }

  /** Put a text into the composer, ready to be sent by Enter. */
  prefill(text) {
    this.#composer.fill(text);
  }

  /** Scroll to a message and let it light up once. */
  reveal(messageId) {
    this.#log.reveal(messageId);
  }

  /** Draw what the store and the view hold now. */
  update() {
    const person = this.#view.person(this.#role);
    const conversation = this.#view.conversation(this.#role);
    const kind = this.#view.tab(this.#role);
    this.element.classList.toggle("is-front", this.#view.front === this.#role);
    const isVisible = this.element.offsetParent !== null;
    if (conversation && isVisible && !document.hidden) this.#store.markRead(conversation.id);
    this.#owner.update(person);
    this.#navBar.update(person, conversation, kind);
    this.#composer.update(conversation, person);
    this.#log.update(person, conversation, kind, isVisible);
    this.tick();
  }

  /** The time in the phone's status bar. */
  tick() {
    if (this.#store.isLoaded) this.#time.textContent = clockTime(this.#store.now());
  }
}
