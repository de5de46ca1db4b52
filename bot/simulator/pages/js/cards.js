// Template cards (fact sheet 3.2), drawn from their wire form.

import { h, icon } from "./dom.js";
import { link, safeUrl } from "./richtext.js";

/** The card of a message; `view.clickCard(message, key, selected)` reports a click. */
export function renderCard(message, view) {
  const card = message.card ?? {};
  const title = card.main_title?.title ?? "";
  const form = h(
    "form",
    {
      className: "card",
      "aria-label": title || "卡片消息",
      tabindex: "-1",
      dataset: { kind: card.card_type ?? "" },
      onsubmit: (event) => event.preventDefault(),
    },
    head(card, message, view),
    picture(card),
    titles(card),
    emphasis(card),
    imageText(card),
    quote(card),
    card.sub_title_text ? h("p", { className: "card-text" }, card.sub_title_text) : null,
    rows(card),
    vertical(card),
    jumps(card),
    questions(card, message),
    foot(card, message, view),
  );
  return form;
}

function head(card, message, view) {
  const actions = card.action_menu?.action_list ?? [];
  if (!card.source?.desc && actions.length === 0) return null;
  return h(
    "header",
    { className: "card-source", dataset: { tone: card.source?.desc_color ?? 0 } },
    icon("thread"),
    h("span", { className: "card-source-text" }, card.source?.desc ?? ""),
    actions.length > 0 ? actionMenu(card.action_menu, message, view) : null,
  );
}

function actionMenu(menu, message, view) {
  const buttons = menu.action_list.map((action) =>
    h(
      "button",
      { type: "button", onclick: () => view.clickCard(message, action.key, {}) },
      action.text,
    ),
  );
  return h(
    "details",
    { className: "card-actions popup" },
    h("summary", { "aria-label": menu.desc || "更多操作" }, icon("more")),
    h("div", { className: "popup-list" }, ...buttons),
  );
}

/** Pictures lie on other hosts, which these pages never call: a frame stands for them. */
function picture(card) {
  if (!card.card_image?.url) return null;
  return h("div", { className: "card-picture", "aria-hidden": "true" }, icon("image"));
}

function imageText(card) {
  const area = card.image_text_area;
  if (!area) return null;
  const target = area.type === 1 ? area.url : "";
  return h(
    "div",
    { className: "card-image-text" },
    h("span", { className: "link-picture" }, icon("image")),
    h("div", {}, h("h4", {}, link(target, area.title ?? "")), h("p", {}, area.desc ?? "")),
  );
}

function titles(card) {
  const { title, desc } = card.main_title ?? {};
  if (!title && !desc) return null;
  return h(
    "div",
    { className: "card-titles" },
    title ? h("h3", {}, title) : null,
    desc ? h("p", {}, desc) : null,
  );
}

function emphasis(card) {
  const { title, desc } = card.emphasis_content ?? {};
  if (!title && !desc) return null;
  return h(
    "div",
    { className: "card-emphasis" },
    h("strong", {}, title ?? ""),
    h("span", {}, desc ?? ""),
  );
}

function quote(card) {
  const area = card.quote_area;
  if (!area?.quote_text && !area?.title) return null;
  return h(
    "blockquote",
    { className: "card-quote" },
    area.title ? h("p", { className: "card-quote-title" }, area.title) : null,
    h("p", {}, area.type === 1 ? link(area.url, area.quote_text ?? "") : (area.quote_text ?? "")),
  );
}

function rows(card) {
  const list = card.horizontal_content_list ?? [];
  if (list.length === 0) return null;
  const pairs = list.flatMap((row) => [h("dt", {}, row.keyname ?? ""), h("dd", {}, rowValue(row))]);
  return h("dl", { className: "card-rows" }, ...pairs);
}

function rowValue(row) {
  const text = row.value ?? row.userid ?? "";
  if (row.type === 1) return link(row.url, text);
  if (row.type === 3) return h("span", { className: "card-member" }, text);
  return text;
}

function vertical(card) {
  const list = card.vertical_content_list ?? [];
  if (list.length === 0) return null;
  const blocks = list.map((block) =>
    h("div", {}, h("h4", {}, block.title ?? ""), h("p", {}, block.desc ?? "")),
  );
  return h("div", { className: "card-vertical" }, ...blocks);
}

function jumps(card) {
  const list = card.jump_list ?? [];
  const target = card.card_action?.type === 1 ? safeUrl(card.card_action.url) : "";
  const lines = list.map((jump) => jumpLine(jump.url, jump.title ?? "查看"));
  if (target && lines.length === 0) lines.push(jumpLine(target, "查看详情"));
  return lines.length > 0 ? h("div", { className: "card-jumps" }, ...lines) : null;
}

function jumpLine(address, title) {
  return h("div", { className: "card-jump" }, link(address, title), icon("chevron"));
}

function questions(card, message) {
  if (message.replaced) return null;
  const selects = [card.button_selection, ...(card.select_list ?? [])].filter(Boolean);
  const fields = selects.map((question) => dropDown(question, message));
  if (card.checkbox) fields.push(checkList(card.checkbox));
  return fields.length > 0 ? h("div", { className: "card-questions" }, ...fields) : null;
}

function dropDown(question, message) {
  const options = (question.option_list ?? []).map((option) =>
    h("option", { value: option.id, selected: option.id === question.selected_id }, option.text),
  );
  if (!question.selected_id) options.unshift(h("option", { value: "" }, "请选择"));
  const { question_key: name, disable } = question;
  const id = `${message.id}-${name}`;
  return h(
    "div",
    { className: "card-question" },
    h("label", { for: id }, question.title || "请选择"),
    h("select", { id, name, disabled: Boolean(disable) }, ...options),
  );
}

function checkList(question) {
  const type = question.mode === 1 ? "checkbox" : "radio";
  const options = (question.option_list ?? []).map((option) =>
    h(
      "label",
      { className: "card-option" },
      h("input", {
        type,
        name: question.question_key,
        value: option.id,
        checked: Boolean(option.is_checked),
      }),
      h("span", {}, option.text),
    ),
  );
  const isDisabled = Boolean(question.disable);
  return h("fieldset", { className: "card-options", disabled: isDisabled }, ...options);
}

function foot(card, message, view) {
  if (message.replaced) {
    return h("p", { className: "card-replaced", role: "status" }, message.replaced);
  }
  const submit = card.submit_button;
  const list = [...(card.button_list ?? [])];
  if (submit) list.push({ text: submit.text || "提交", key: submit.key, style: 1 });
  if (list.length === 0) return null;
  const buttons = list.map((button) => cardButton(button, message, view));
  return h("footer", { className: "card-buttons", dataset: { count: list.length } }, ...buttons);
}

function cardButton(button, message, view) {
  const style = [1, 2, 3, 4].includes(button.style) ? button.style : 1;
  const className = `card-button style-${style}`;
  if (button.type === 1) return link(button.url, button.text, className);
  return h(
    "button",
    {
      type: "button",
      className,
      onclick: async ({ currentTarget }) => {
        const form = currentTarget.form;
        setBusy(form, true);
        await view.clickCard(message, button.key, chosen(form));
        setBusy(form, false);
      },
    },
    button.text,
  );
}

function setBusy(form, isBusy) {
  form.classList.toggle("is-busy", isBusy);
  for (const button of form.querySelectorAll(".card-button")) button.disabled = isBusy;
}

/** What is chosen in the card: option ids by question, a list where several are allowed. */
function chosen(form) {
  const answers = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox") {
      answers[field.name] ??= [];
      if (field.checked) answers[field.name].push(field.value);
    } else if (field.type === "radio") {
      if (field.checked) answers[field.name] = field.value;
    } else if (field.value) answers[field.name] = field.value;
  }
  return answers;
}
