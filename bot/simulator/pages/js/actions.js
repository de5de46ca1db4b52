// Everything a click can cause: acts on the platform, dialogs, answers to errors.

import { act } from "./api.js";
import { h } from "./dom.js";
import { TOOLBAR } from "./words.js";

const TOAST_MS = 5000;

export class Actions {
  #view;
  #dialogs = null;

  constructor(view) {
    this.#view = view;
  }

  /** The dialogs are built later, because they act themselves. */
  attach(dialogs) {
    this.#dialogs = dialogs;
  }

  openDialog(name) {
    this.#dialogs.open(name);
  }

  /** Do an act; a refusal is shown and resolves to null. */
  async run(name, fields) {
    try {
      return await act(name, fields);
    } catch (error) {
      this.toast(error.message);
      return null;
    }
  }

  async confirmed(question, name, fields) {
    if (await this.#dialogs.confirm(question)) await this.run(name, fields);
  }

  async say(conversation, sender, text) {
    return (await this.run("say", { conversation, sender, text })) !== null;
  }

  clickCard(message, key, selected) {
    return this.run("click", { message: message.id, key, selected });
  }

  answerMenu(conversation, person, answer) {
    const fields = { conversation: conversation.id, sender: person.id, id: answer.id };
    return this.run("menu_click", fields);
  }

  tapMenu(kind, personId, key) {
    if (kind === "mp") return this.run("mp_menu", { customer: personId, key });
    return this.run("app_menu", { userid: personId, key });
  }

  /** Show the reader a sentence for a while; the last one alone, so that nothing is covered. */
  toast(text) {
    const node = h("p", { className: "toast" }, text);
    document.getElementById("toasts").replaceChildren(node);
    setTimeout(() => node.remove(), TOAST_MS);
  }

  /** The customer whom the toolbar acts for; says what to do when there is none. */
  customer() {
    const person = this.#view.person("customer");
    if (!person) this.toast(TOOLBAR.noCustomer);
    return person;
  }
}
