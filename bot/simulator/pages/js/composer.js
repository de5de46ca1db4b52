// The lower edge of a phone: suggestions, input line, bottom menu.

import { h, icon, keyed } from "./dom.js";
import { safeUrl } from "./richtext.js";
import { SAY, SUGGESTIONS } from "./words.js";

/** Kinds of conversations in which nobody writes. */
const READ_ONLY = new Set(["mass"]);
const MAX_LENGTH = 2000;
const MAX_ROWS = 4;
/** Chinese characters in a line of the input. */
const LINE = 19;

export class Composer {
  #role;
  #store;
  #view;
  #actions;
  #conversation = null;
  #person = null;
  #parts;

  constructor(role, { store, view, actions }) {
    this.#role = role;
    this.#store = store;
    this.#view = view;
    this.#actions = actions;
    this.#parts = this.#build();
    this.element = this.#parts.root;
  }

  /** Put a text in, ready for Enter. */
  fill(text) {
    this.#parts.input.value = text;
    this.#grow();
    this.#parts.input.focus();
  }

  update(conversation, person) {
    this.#conversation = conversation;
    this.#person = person;
    const { form, label } = this.#parts;
    form.hidden = conversation === null || READ_ONLY.has(conversation.kind);
    label.textContent = SAY.label(conversation?.title ?? "");
    this.#updateSuggestions();
    this.#updateMenu();
  }

  #build() {
    const id = `say-${this.#role}`;
    const parts = {
      suggestions: h("div", { className: "suggestions" }),
      label: h("label", { className: "visually-hidden", for: id }),
      input: h("textarea", {
        id,
        rows: "1",
        maxlength: MAX_LENGTH,
        placeholder: SAY.placeholder,
        autocomplete: "off",
        enterkeyhint: "send",
      }),
      menu: h("nav", { className: "menu", "aria-label": SAY.menu }),
    };
    parts.input.addEventListener("input", () => this.#grow());
    parts.input.addEventListener("keydown", (event) => {
      // While an input method composes, Enter only accepts its candidate.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      parts.form.requestSubmit();
    });
    const send = h("button", { className: "send" }, SAY.send);
    parts.form = h("form", { className: "composer" }, parts.label, parts.input, send);
    parts.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    parts.root = h("footer", { className: "foot" }, parts.suggestions, parts.form, parts.menu);
    return parts;
  }

  async #submit() {
    const { input } = this.#parts;
    const text = input.value.trim();
    if (!text || !this.#conversation) return;
    input.value = "";
    this.#grow();
    const isSent = await this.#actions.say(this.#conversation.id, this.#person.id, text);
    if (!isSent && !input.value) this.fill(text);
  }

  /** As tall as its text, up to the limit of the style sheet. */
  #grow() {
    const { input } = this.#parts;
    const lines = input.value.split("\n");
    const rows = lines.reduce((sum, line) => sum + 1 + Math.floor([...line].length / LINE), 0);
    input.rows = Math.min(MAX_ROWS, rows);
  }

  #updateSuggestions() {
    const conversation = this.#conversation;
    const words = SUGGESTIONS[`${this.#role}.${conversation?.kind}`] ?? [];
    const hasSpoken = conversation?.messages.some(({ from }) => from === this.#person?.id);
    const offered = conversation && !hasSpoken ? words : [];
    this.#parts.suggestions.hidden = offered.length === 0;
    keyed(
      this.#parts.suggestions,
      offered.map((text) => ({
        key: text,
        signature: "",
        build: () =>
          h("button", { type: "button", className: "chip", onclick: () => this.fill(text) }, text),
      })),
    );
  }

  #updateMenu() {
    const kind = this.#view.tab(this.#role);
    const buttons = this.#conversation ? (this.#store.menus[kind]?.button ?? []) : [];
    this.#parts.menu.hidden = buttons.length === 0;
    keyed(
      this.#parts.menu,
      buttons.map((button, index) => ({
        key: `${kind}:${index}`,
        signature: JSON.stringify(button),
        build: () => this.#menuEntry(button),
      })),
    );
  }

  #menuEntry(button) {
    const entries = button.sub_button ?? [];
    if (entries.length === 0) return this.#menuItem(button);
    const items = entries.map((item) => this.#menuItem(item));
    const list = h("div", { className: "popup-list" }, ...items);
    return h(
      "details",
      { className: "popup menu-popup", name: `menu-${this.#role}` },
      h("summary", {}, icon("list"), button.name),
      list,
    );
  }

  /** A link opens its page and is reported all the same, as the platform does. */
  #menuItem(button) {
    const onclick = ({ currentTarget }) => {
      const popup = currentTarget.closest("details");
      if (popup) popup.open = false;
      const kind = this.#view.tab(this.#role);
      this.#actions.tapMenu(kind, this.#person.id, button.key || button.url);
    };
    const address = button.type === "view" ? safeUrl(button.url) : "";
    const attributes = { className: "menu-item", onclick };
    if (!address) return h("button", { ...attributes, type: "button" }, button.name);
    const target = { href: address, target: "_blank", rel: "noopener noreferrer" };
    return h("a", { ...attributes, ...target }, button.name);
  }
}
