// The dialogs of index.html: fill their choices, collect, act, show what came of it.

import { h, keyed } from "./dom.js";
import { fromLocalInput, toLocalInput } from "./time.js";
import { TOOLBAR } from "./words.js";

/** Conversation kind to show after an act succeeded. */
const SHOWN_AFTER = { scan: "friend", open_link: "friend", follow: "mp", enter_kf: "kf", join_group: "group" };

export class Dialogs {
  #store;
  #view;
  #actions;

  constructor({ store, view, actions }) {
    this.#store = store;
    this.#view = view;
    this.#actions = actions;
    for (const button of document.querySelectorAll("[data-open]")) {
      button.addEventListener("click", () => this.open(button.dataset.open));
    }
    for (const button of document.querySelectorAll("[data-close]")) {
      button.addEventListener("click", () => button.closest("dialog").close());
    }
    for (const form of document.querySelectorAll("form[data-act]")) {
      form.addEventListener("submit", () => this.#submit(form));
    }
  }

  open(name) {
    if (name !== "customer" && name !== "time" && !this.#actions.customer()) return;
    const dialog = document.getElementById(`dialog-${name}`);
    dialog.querySelector("form").reset();
    if (name === "scan") this.#fillWays();
    if (name === "link") this.#fillLinks();
    if (name === "group") this.#fillGroups();
    if (name === "time") {
      dialog.querySelector("input").value = toLocalInput(this.#store.now());
      dialog.querySelector("input").min = toLocalInput(this.#store.now());
    }
    dialog.showModal();
  }

  /** Ask; resolves to whether the answer was yes. */
  confirm(question) {
    const dialog = document.getElementById("dialog-confirm");
    document.getElementById("confirm-question").textContent = question;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  #fillWays() {
    const choices = this.#store.contactWays.map((way) => ({
      value: way.config_id,
      title: way.title || way.remark || way.state || way.config_id,
      detail: [
        way.state ? TOOLBAR.wayState(way.state) : "",
        TOOLBAR.wayUsers((way.users ?? []).map((id) => this.#store.nameOf(id) ?? id).join("、")),
      ],
    }));
    fill("scan-choices", "config_id", choices, TOOLBAR.noWays);
  }

  #fillLinks() {
    const choices = this.#store.links.map((link) => ({
      value: link.link_id,
      title: link.name,
      detail: [link.url],
    }));
    fill("link-choices", "link_id", choices, TOOLBAR.noLinks);
  }

  #fillGroups() {
    const choices = this.#store.groups.map((group) => ({
      value: group.chat_id,
      title: group.name || group.chat_id,
      detail: [],
    }));
    fill("group-choices", "chat_id", choices, TOOLBAR.noGroups);
  }

  async #submit(form) {
    const name = form.dataset.act;
    const fields = Object.fromEntries(new FormData(form));
    if (name === "advance") {
      await this.#actions.run(name, { until: fromLocalInput(fields.until) });
      return;
    }
    if (name === "join_group") fields.join_scene = Number(fields.join_scene);
    if (name === "add_customer") {
      this.#showCustomer(await this.#actions.run(name, fields));
      return;
    }
    const customer = this.#view.person("customer");
    const answer = await this.#actions.run(name, { customer: customer.id, ...fields });
    if (answer) this.#view.open("customer", SHOWN_AFTER[name], answer.conversation ?? null);
  }

  #showCustomer(answer) {
    const id = answer?.id ?? answer?.customer ?? answer?.person?.id;
    if (!id) return;
    this.#view.selectPerson("customer", id);
    this.#view.bring("customer");
  }
}

function fill(id, name, choices, nothing) {
  const list = document.getElementById(id);
  const submit = list.closest("form").querySelector(".main");
  submit.disabled = choices.length === 0;
  const legend = list.querySelector("legend");
  const holder = list.querySelector(".choice-list") ?? h("div", { className: "choice-list" });
  if (!holder.isConnected) legend.after(holder);
  const items = choices.map((choice, index) => ({
    key: choice.value,
    signature: JSON.stringify([choice, index === 0]),
    build: () => choiceRow(name, choice, index === 0),
  }));
  const note = () => h("p", { className: "sheet-note" }, nothing);
  const empty = { key: "", signature: nothing, build: note };
  keyed(holder, items.length > 0 ? items : [empty]);
}

function choiceRow(name, { value, title, detail }, isFirst) {
  return h(
    "label",
    { className: "choice" },
    h("input", { type: "radio", name, value, required: true, checked: isFirst }),
    h(
      "span",
      { className: "choice-text" },
      h("strong", {}, title),
      ...detail.filter(Boolean).map((line) => h("span", {}, line)),
    ),
  );
}
