// The page of faults: presets that open and close, rules with live counters.

import { h, keyed } from "../dom.js";
import { addRule, clearRules, dropRule, fetchCatalog, fetchPresets, fetchRules } from "./api.js";
import { startForm, startProfile } from "./form.js";
import { nameOf, restOf, termsOf } from "./words.js";

const LOOK_EVERY = 1000;
const byId = (id) => document.getElementById(id);

let catalog;
let presets;
let standing = { seed: 0, rules: [] };

async function look() {
  standing = await fetchRules();
  draw();
}

/** Do something, draw what came of it, and say what went wrong. */
async function doing(work) {
  try {
    await work();
    await look();
    byId("banner").hidden = true;
  } catch (error) {
    byId("banner").textContent = error.message;
    byId("banner").hidden = false;
  }
}

function draw() {
  const { rules } = standing;
  const struck = rules.reduce((sum, rule) => sum + rule.struck, 0);
  byId("tally").textContent = rules.length > 0 ? `${rules.length} 条规则，命中 ${struck} 次` : "一切正常";
  byId("clear").disabled = rules.length === 0;
  keyed(byId("presets"), presets.map(presetItem));
  const nothing = {
    key: "none",
    signature: "",
    build: () => h("li", { className: "nothing" }, "还没有故障。从“常用故障”里点一个试试。"),
  };
  keyed(byId("rules"), rules.length > 0 ? [...rules].reverse().map(ruleItem) : [nothing]);
}

function presetItem(preset) {
  const open = standing.rules.filter(({ label }) => label === preset.title);
  const struck = open.reduce((sum, rule) => sum + rule.struck, 0);
  const isOpen = open.length > 0;
  const state = isOpen ? `命中 ${struck}` : "关";
  const toggle = () =>
    doing(async () => {
      if (isOpen) for (const { id } of open) await dropRule(id);
      else for (const rule of preset.rules) await addRule({ ...rule, label: preset.title });
    });
  return {
    key: preset.title,
    signature: JSON.stringify([isOpen, struck, open.map(({ id }) => id)]),
    build: () =>
      h(
        "button",
        { type: "button", className: "preset", "aria-pressed": String(isOpen), onclick: toggle },
        h(
          "span",
          { className: "preset-head" },
          h("span", {}, preset.title),
          h("span", { className: "preset-state" }, state),
        ),
        h("span", { className: "preset-note" }, preset.note),
      ),
  };
}

function ruleItem(rule) {
  const state = rule.left === 0 ? "is-over" : rule.struck === 0 ? "is-quiet" : "";
  const name = nameOf(rule, catalog.kinds);
  return {
    key: rule.id,
    signature: JSON.stringify(rule),
    build: () =>
      h(
        "li",
        { className: `rule ${state}` },
        h("span", { className: "rule-name" }, name),
        h("span", { className: "rule-terms" }, termsOf(rule, catalog.kinds, personName)),
        h("span", { className: "rule-count" }, h("strong", {}, String(rule.struck)), h("span", {}, restOf(rule))),
        h(
          "button",
          { type: "button", className: "rule-drop", "aria-label": `删除 ${name}`, onclick: () => doing(() => dropRule(rule.id)) },
          cross(),
        ),
      ),
  };
}

function personName(id) {
  return catalog.receivers.find((person) => person.id === id)?.name ?? id;
}

function cross() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "m6 6 12 12M18 6 6 18");
  svg.append(path);
  return svg;
}

async function start() {
  [presets, catalog] = await Promise.all([fetchPresets(), fetchCatalog()]);
  byId("clear").addEventListener("click", () => doing(clearRules));
  startForm(catalog, look);
  startProfile(() => standing, look);
}

/** Begin, again as long as the stand-in is away, then keep the counters fresh. */
const tick = () => doing(async () => catalog ?? start());

await tick();
setInterval(tick, LOOK_EVERY);
