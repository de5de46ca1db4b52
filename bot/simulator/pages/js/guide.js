// The walk-through beside the phones: ticks, the next step's hint, and its button.

import { h, icon, keyed } from "./dom.js";
import { guideSteps } from "./guide-steps.js";
import { atDayTime } from "./time.js";
import { GUIDE, GUIDE_TEXTS } from "./words.js";

const byId = (id) => document.getElementById(id);

export class Guide {
  #store;
  #view;
  #actions;
  #columns;

  constructor({ store, view, actions, columns }) {
    this.#store = store;
    this.#view = view;
    this.#actions = actions;
    this.#columns = columns;
  }

  update() {
    const steps = guideSteps(this.#store);
    const done = steps.filter(({ message }) => message !== null).length;
    const next = steps.find(({ message }) => message === null);
    const progress = GUIDE_TEXTS.progress(done, steps.length);
    byId("guide-progress").textContent = progress;
    byId("side-progress").textContent = progress;
    byId("guide-bar").max = steps.length;
    byId("guide-bar").value = done;
    byId("guide-end").hidden = next !== undefined;
    byId("guide-end").textContent = GUIDE_TEXTS.finished;
    keyed(
      byId("guide-steps"),
      steps.map((step) => ({
        key: step.id,
        signature: `${step.message?.id}:${step === next}:${this.#customerName()}`,
        build: () => this.#row(step, step === next, steps),
      })),
    );
  }

  #row(step, isNext, steps) {
    const words = GUIDE[step.id];
    const isDone = step.message !== null;
    const mark = h("span", { className: "step-mark" }, isDone ? icon("check") : null);
    const state = isDone ? h("span", { className: "visually-hidden" }, GUIDE_TEXTS.done) : null;
    const help = isNext ? this.#help(step, words, steps) : null;
    const title = h("p", { className: "step-title" }, words.title, state);
    return h(
      "li",
      {
        className: `step ${isDone ? "is-done" : ""} ${isNext ? "is-next" : ""}`,
        "aria-current": isNext ? "step" : null,
        dataset: { step: step.id },
      },
      mark,
      h("div", { className: "step-body" }, title, help),
    );
  }

  #help(step, words, steps) {
    const sentence = step.id === "remind" ? h("q", {}, this.#sentence()) : null;
    const byName = Object.fromEntries(steps.map((each) => [each.id, each]));
    const onclick = () => this.#go(step.id, byName);
    return h(
      "div",
      { className: "step-help" },
      h("p", {}, words.hint, sentence),
      h("button", { type: "button", className: "main", onclick }, words.button),
    );
  }

  /** Take the reader to the place of a step, with everything typed in. */
  #go(id, steps) {
    switch (id) {
      case "scan":
        this.#actions.openDialog("scan");
        return;
      case "welcome":
        this.#show("customer", steps.scan);
        return;
      case "phone":
        this.#goToService();
        return;
      case "accept":
        this.#show("rep", steps.card);
        return;
      case "portrait":
      case "status":
        this.#show("rep", steps[id === "status" ? "portrait" : "accept"]);
        return;
      case "remind":
        this.#show("rep", steps.accept, this.#sentence());
        return;
      case "forward":
        this.#goToReminder(steps.remind);
        return;
      case "funnel":
        this.#view.open("manager", "app");
        soon(() => this.#columns.manager.prefill(GUIDE_TEXTS.funnel));
        return;
      default:
        this.#view.open("rep", "app");
    }
  }

  #goToReminder(step) {
    const until = atDayTime(new Date(step.message.at), 1, "15:00");
    this.#actions.run("advance", { until });
    this.#show("rep", step);
  }

  async #goToService() {
    const customer = this.#actions.customer();
    if (!customer) return;
    const hasEntered = this.#store.of(customer.id, "kf").length > 0;
    const fields = { customer: customer.id, scene: "", scene_param: "" };
    if (!hasEntered && (await this.#actions.run("enter_kf", fields)) === null) return;
    this.#view.open("customer", "kf");
    soon(() => this.#columns.customer.prefill(GUIDE_TEXTS.phone));
  }

  /** Show the person and conversation of a done step, and its message or a text to send. */
  #show(role, step, text = "") {
    const { conversation, message } = step;
    const person = conversation?.members.find((id) => this.#store.people.get(id)?.role === role);
    if (person) this.#view.selectPerson(role, person);
    this.#view.open(role, conversation?.kind ?? "app", conversation?.id ?? null);
    soon(() => {
      if (text) this.#columns[role].prefill(text);
      else if (message) this.#columns[role].reveal(message.id);
    });
  }

  #sentence() {
    return GUIDE_TEXTS.remind(this.#customerName());
  }

  #customerName() {
    return this.#view.person("customer")?.name ?? "客户";
  }
}

/** After the redraw that the change of view has asked for. */
function soon(run) {
  requestAnimationFrame(run);
}
