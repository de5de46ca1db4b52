// The panel of the last API calls that the service made to the platform.

import { h, keyed } from "./dom.js";
import { KINDS as FAULTS } from "./faults/words.js";
import { clockSeconds } from "./time.js";
import { TOOLBAR } from "./words.js";

const byId = (id) => document.getElementById(id);

export class Calls {
  #store;

  constructor({ store }) {
    this.#store = store;
  }

  update() {
    const calls = this.#store.calls;
    const failed = calls.filter(isBad).length;
    byId("calls-count").textContent = calls.length > 0 ? String(calls.length) : "";
    byId("calls-failed").textContent = failed > 0 ? TOOLBAR.callsFailed(failed) : "";
    const items = calls.map((call, index) => ({
      key: index,
      signature: JSON.stringify(call),
      build: () => row(call),
    }));
    const nothing = {
      key: "none",
      signature: "",
      build: () => h("li", { className: "panel-note" }, TOOLBAR.noCalls),
    };
    keyed(byId("call-list"), items.length > 0 ? items.reverse() : [nothing]);
  }
}

const isBad = ({ errcode, fault }) => errcode !== 0 || Boolean(fault);

/** What it was answered; a fault that was asked for is named where the call itself went well. */
function answerOf({ errcode, fault }) {
  if (errcode !== 0) return String(errcode);
  return fault ? FAULTS[fault] : "ok";
}

/** Accepted calls may carry warnings: the platform would cut what they ask for. */
function row(call) {
  const { at, path, warnings = [], fault } = call;
  const state = isBad(call) ? "is-bad" : warnings.length > 0 ? "is-doubtful" : "";
  return h(
    "li",
    { className: `call ${state}`, title: [path, FAULTS[fault], ...warnings].filter(Boolean).join("\n") },
    h("time", { datetime: at }, clockSeconds(new Date(at))),
    h("code", {}, path.replace(/^\/cgi-bin\//, "")),
    h("span", { className: "errcode" }, answerOf(call)),
  );
}
