// Avatars: initials for people, a sign for what is not a person.

import { h, icon } from "./dom.js";

const TONES = 8;
const SERVICE_ICONS = { app: "thread", kf: "headset", mp: "megaphone", group: "people", mass: "megaphone", friend: "people", bot: "thread" };

function toneOf(id) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.codePointAt(0)) >>> 0;
  return sum % TONES;
}

/** Chinese names are known by their last two characters, others by their first. */
function initials(name) {
  const letters = [...name.trim()];
  const isChinese = /\p{Script=Han}/u.test(name);
  return (isChinese ? letters.slice(-2) : letters.slice(0, 1)).join("");
}

export function personAvatar(person) {
  const attributes = {
    className: "avatar",
    "aria-hidden": "true",
    dataset: { tone: toneOf(person.id) },
  };
  return h("span", attributes, initials(person.name));
}

export function serviceAvatar(kind) {
  const className = "avatar avatar-service";
  const attributes = { className, "aria-hidden": "true", dataset: { kind } };
  return h("span", attributes, icon(SERVICE_ICONS[kind] ?? "thread"));
}
