// Something to decide: what it is about, and buttons until it is decided.

import { h } from "./dom.js";

/** Only who may decide sees the buttons; everybody sees what came of it. */
export function renderOffer(message, view) {
  const { title = "", lines = [], buttons = [] } = message.offer ?? {};
  const own = buttons.filter((button) => button.for === view.viewerId);
  return h(
    "article",
    { className: "offer" },
    h("h3", {}, title),
    ...lines.map((line) => h("p", {}, line)),
    message.replaced
      ? h("p", { className: "offer-end", role: "status" }, message.replaced)
      : h("footer", {}, ...own.map((button) => decision(button, view))),
  );
}

function decision(button, view) {
  const onclick = async ({ currentTarget }) => {
    currentTarget.disabled = true;
    await view.decide(button);
    currentTarget.disabled = false;
  };
  const className = button.is_refusal ? "plain" : "main";
  return h("button", { type: "button", className, onclick }, button.label);
}
