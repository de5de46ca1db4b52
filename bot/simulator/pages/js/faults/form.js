// The form of one's own rule, and the profile as JSON.

import { h } from "../dom.js";
import { addRule, loadProfile } from "./api.js";
import { ERRCODES, isOfCallbacks, KINDS } from "./words.js";

const byId = (id) => document.getElementById(id);
const NUMBERS = ["status", "seconds", "copies", "above", "after", "every"];
const TEXTS = ["account", "receiver"];

/** Fill the choices from the catalog and let the form add rules; `changed` redraws the list. */
export function startForm(catalog, changed) {
  const form = byId("form");
  const option = (value, text) => h("option", { value }, text);
  byId("kind").append(...Object.entries(KINDS).map(([kind, name]) => option(kind, name)));
  byId("errcodes").append(
    ...catalog.errcodes.map(({ errcode }) => option(errcode, `${errcode} ${ERRCODES[errcode] ?? ""}`)),
  );
  byId("accounts").append(option("", "全部账号"), ...catalog.accounts.map((name) => option(name, name)));
  byId("receivers").append(option("", "所有人"), ...catalog.receivers.map(({ id, name }) => option(id, name)));
  const suit = () => suitFields(form, catalog);
  byId("kind").addEventListener("change", suit);
  byId("errcodes").addEventListener("change", suit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(byId("form-problem"), async () => {
      await addRule(ruleOf(form));
      await changed();
    });
  });
  suit();
}

/** Show the fields that the chosen kind understands, with what they are when left empty. */
function suitFields(form, catalog) {
  const kind = form.kind.value;
  const defaults = catalog.kinds[kind];
  for (const field of form.querySelectorAll("[data-for]")) {
    const name = field.dataset.for;
    field.hidden = !(name in defaults);
    field.querySelector("input, select").disabled = field.hidden;
    if (!field.hidden && name !== "errcode") form.elements[name].placeholder = defaults[name];
  }
  const isCallback = isOfCallbacks(kind);
  byId("path-caption").textContent = isCallback ? "回调" : "接口";
  form.elements.path.placeholder = isCallback
    ? "*（全部），例如 change_external_contact.*"
    : "*（全部），例如 */message/send";
  byId("endpoints").replaceChildren(
    ...(isCallback ? [] : pathsFor(kind, form, catalog).map((value) => h("option", { value }))),
  );
}

function pathsFor(kind, form, catalog) {
  if (kind !== "errcode") return catalog.endpoints;
  return catalog.errcodes.find(({ errcode }) => String(errcode) === form.elements.errcode.value).paths;
}

function ruleOf(form) {
  const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
  const rule = { kind: given.kind, times: given.times ? Number(given.times) : null };
  if (given.path) rule.path = given.path.trim();
  if (given.errcode) rule.errcode = Number(given.errcode);
  if (given.probability) rule.probability = Number(given.probability) / 100;
  for (const name of NUMBERS) if (name in given) rule[name] = Number(given[name]);
  for (const name of TEXTS) if (name in given) rule[name] = given[name];
  for (const name of ["from", "until"]) if (name in given) rule[name] = `${given[name]}:00+08:00`;
  return rule;
}

/** Let a whole profile be loaded, or written down from what is in force. */
export function startProfile(current, changed) {
  const form = byId("profile");
  byId("export").addEventListener("click", () => {
    form.elements.json.value = JSON.stringify(withoutCounters(current()), null, 2);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(byId("profile-problem"), async () => {
      await loadProfile(parsed(form.elements.json.value));
      await changed();
    });
  });
}

function withoutCounters({ seed, rules }) {
  return { seed, rules: rules.map(({ id, seen, struck, left, ...rule }) => rule) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`JSON 写得不对：${error.message}`);
  }
}

async function attempt(problem, work) {
  problem.hidden = true;
  try {
    await work();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
}
