// The scrolling middle of a phone: the messages, or what to do while there are none.

import { h, icon, keyed } from "./dom.js";
import { messageItems } from "./messages.js";
import { EMPTY, ROLES, SAY } from "./words.js";

const NEAR_END_PX = 120;

export class Log {
  #role;
  #store;
  #actions;
  #list = h("ol", { className: "log", role: "log", "aria-live": "polite", tabindex: "0" });
  #empty = h("div", { className: "empty" });
  #newest;
  #shown = "";

  constructor(role, { store, actions }) {
    this.#role = role;
    this.#store = store;
    this.#actions = actions;
    const onclick = () => this.#toEnd();
    const attributes = { type: "button", className: "newest", hidden: true, onclick };
    this.#newest = h("button", attributes, SAY.newest, icon("down"));
    this.#list.addEventListener("scroll", () => {
      if (this.#isNearEnd()) this.#newest.hidden = true;
    });
    this.element = h("div", { className: "scroll" }, this.#list, this.#empty, this.#newest);
  }

  /** Scroll to a message and let it light up once. */
  reveal(messageId) {
    const node = this.#list.querySelector(`[data-message="${CSS.escape(messageId)}"]`);
    if (!node) return;
    const room = Math.max(0, this.#list.clientHeight - node.offsetHeight);
    this.#list.scrollTo({ top: node.offsetTop - room / 2, behavior: "smooth" });
    node.classList.add("is-revealed");
    const fade = () => node.classList.remove("is-revealed");
    node.addEventListener("animationend", fade, { once: true });
  }

  /** `isVisible` is false while a narrow screen shows another column. */
  update(person, conversation, kind, isVisible) {
    const messages = conversation?.messages ?? [];
    this.#list.hidden = messages.length === 0;
    this.#empty.hidden = messages.length > 0;
    if (messages.length === 0) this.#updateEmpty(person, kind);
    const wasNearEnd = this.#isNearEnd();
    const before = this.#list.childElementCount;
    keyed(this.#list, conversation ? this.#items(person, conversation) : []);
    const hasMore = this.#list.childElementCount > before;
    const isMine = messages.at(-1)?.from === person?.id;
    const shown = isVisible ? `${person?.id} ${conversation?.id}` : "";
    if (shown !== this.#shown || (hasMore && (wasNearEnd || isMine))) this.#toEnd();
    else if (hasMore) this.#newest.hidden = false;
    this.#shown = shown;
  }

  #items(person, conversation) {
    return messageItems(conversation, {
      store: this.#store,
      viewerId: person.id,
      answerMenu: (message, answer) => this.#actions.answerMenu(conversation, person, answer),
      decide: ({ act, fields }) => this.#actions.run(act, fields),
      clickCard: (message, key, selected) => this.#actions.clickCard(message, key, selected),
    });
  }

  #updateEmpty(person, kind) {
    const words = person
      ? EMPTY[`${this.#role}.${kind}`]
      : { title: ROLES[this.#role].nobody, advice: "" };
    keyed(this.#empty, [{ key: words.title, signature: "", build: () => this.#advice(words) }]);
  }

  #advice({ title, advice, button, open }) {
    const onclick = () => this.#actions.openDialog(open);
    return h(
      "div",
      { className: "empty-card" },
      h("h3", {}, title),
      h("p", {}, advice),
      button ? h("button", { type: "button", className: "main", onclick }, button) : null,
    );
  }

  #isNearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.#newest.hidden = true;
    this.#list.scrollTop = this.#list.scrollHeight;
  }
}
