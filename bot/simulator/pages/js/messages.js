// One conversation as a list of keyed items: time marks, notices, bubbles, cards.

import { personAvatar, serviceAvatar } from "./avatar.js";
import { renderCard } from "./cards.js";
import { h, icon } from "./dom.js";
import { renderOffer } from "./offer.js";
import { markdown } from "./markdown.js";
import { link, richText, safeUrl } from "./richtext.js";
import { chatLabel, clockSeconds } from "./time.js";

const QUIET_MS = 5 * 60_000;

/**
 * Items for `keyed`. `view` is {store, viewerId, answerMenu(message, item), decide(button),
 * clickCard(message, key, selected)}.
 */
export function messageItems(conversation, view) {
  const now = view.store.now();
  const items = [];
  let previous = null;
  for (const message of conversation.messages) {
    const at = new Date(message.at);
    if (previous === null || at - previous >= QUIET_MS) {
      const label = chatLabel(at, now);
      items.push({
        key: `time:${message.id}`,
        signature: label,
        build: () =>
          h("li", { className: "time-mark" }, h("time", { datetime: message.at }, label)),
      });
    }
    previous = at;
    const sender = view.store.people.get(message.from) ?? null;
    items.push({
      key: `message:${message.id}`,
      signature: JSON.stringify([message, sender?.name, view.viewerId]),
      build: () => renderMessage(message, sender, conversation, view),
    });
  }
  return items;
}

function renderMessage(message, sender, conversation, view) {
  if (message.type === "event") {
    return h("li", { className: "notice", dataset: { message: message.id } }, message.text ?? "");
  }
  const isMine = message.from === view.viewerId;
  const name = sender?.name ?? conversation.title;
  const isNamed = conversation.kind === "group" && !isMine;
  return h(
    "li",
    {
      className: `message ${isMine ? "is-mine" : "is-theirs"}`,
      dataset: { message: message.id, type: message.type },
      title: clockSeconds(new Date(message.at)),
    },
    sender ? personAvatar(sender) : serviceAvatar(conversation.kind),
    h(
      "div",
      { className: "message-body" },
      h("span", { className: isNamed ? "sender" : "visually-hidden" }, isNamed ? name : `${name}：`),
      ...bodies(message, sender === null, view),
    ),
  );
}

function bodies(message, isService, view) {
  const found = [];
  if (message.type === "offer") found.push(renderOffer(message, view));
  else if (message.type === "card") found.push(renderCard(message, view));
  else if (message.type === "menu") found.push(renderMenu(message, view));
  else if (message.type === "image") found.push(renderImage(message));
  else if (message.markdown) found.push(bubble(markdown(message.text), "bubble-markdown"));
  else if (message.text && message.type !== "link") {
    found.push(bubble(isService ? richText(message.text) : [message.text]));
  }
  const preview = message.link ?? (message.type === "link" ? message : null);
  if (preview) found.push(renderLink(preview));
  return found;
}

function bubble(content, className = "") {
  return h("div", { className: `bubble ${className}` }, ...content);
}

function renderMenu(message, view) {
  const menu = message.menu ?? {};
  const answers = (menu.list ?? []).map((item) => h("li", {}, menuLine(item, message, view)));
  return bubble(
    [
      menu.head_content ? h("p", {}, ...richText(menu.head_content)) : null,
      h("ul", { className: "menu-answers" }, ...answers),
      menu.tail_content ? h("p", { className: "menu-tail" }, ...richText(menu.tail_content)) : null,
    ].filter(Boolean),
    "bubble-menu",
  );
}

/** 微信客服 items are `{type:"click", click:{id, content}}`, official accounts' `{id, content}`. */
function menuLine(item, message, view) {
  const body = item[item.type] ?? item;
  const text = body.content ?? body.title ?? body.url ?? "";
  if (item.type === "text") return h("p", { className: "menu-text" }, text);
  if (item.type === "view") return link(body.url, text, "menu-answer");
  const onclick = () => view.answerMenu(message, { id: body.id ?? "", text });
  return h("button", { type: "button", className: "menu-answer", onclick }, text);
}

function renderImage(message) {
  const address = safeUrl(message.url);
  const isOurs = address !== "" && new URL(address).origin === window.location.origin;
  if (isOurs) return h("img", { className: "picture", src: address, alt: message.text || "图片" });
  return bubble([icon("image"), h("span", {}, message.text || "图片")], "bubble-picture");
}

function renderLink(preview) {
  const title = preview.title || preview.text || preview.url || "链接";
  return h(
    "div",
    { className: "link-card" },
    h("p", { className: "link-title" }, link(preview.url, title, "link-target")),
    h(
      "div",
      { className: "link-detail" },
      h("p", {}, preview.desc || preview.description || preview.url || ""),
      h("span", { className: "link-picture" }, icon("page")),
    ),
  );
}
