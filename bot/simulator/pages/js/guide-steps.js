// When is each step of the walk-through done? A pure reading of the store, so
// that a reload, or a second window, shows the same ticks.

// As people write it: full width, Chinese digits, blanks and dashes between.
const DIGIT = "[\\d０-９零〇一二三四五六七八九幺]";
const PHONE = new RegExp(`[1１一幺][\\s-]?(?=[3-9３-９三四五六七八九])(?:${DIGIT}[\\s-]?){9}${DIGIT}`);
const STATUS = /待跟进|联系中|未明确意向|明确意向|预约支付|成交|无效/;
const ACCEPT = /接收/;
/** The line with which the stand-in records a tap on a card. */
const TAP = /^点击了/;
const REMINDER_WAIT_MS = 10 * 60_000;

const moment = ({ at }) => Date.parse(at);

/**
 * The steps in order: {id, message, conversation}, where `message` is what
 * proves the step (null while it is not done).
 */
export function guideSteps(store) {
  const all = [...store.conversations.values()];
  const friends = all.filter(({ kind, messages }) => kind === "friend" && messages.length > 0);
  const apps = all.filter(({ kind }) => kind === "app");
  const reps = apps.filter(({ members }) => hasRole(store, members, "rep"));
  const managers = apps.filter(({ members }) => hasRole(store, members, "manager"));
  const kf = all.filter(({ kind }) => kind === "kf" || kind === "mp");
  const said = find(reps, (message) => isOwn(store, message) && /提醒/.test(message.text ?? ""));
  return [
    step("scan", find(friends, () => true)),
    step("welcome", find(friends, ({ type }) => type === "welcome")),
    step("phone", find(kf, (message) => isOwn(store, message) && PHONE.test(message.text ?? ""))),
    step("card", find(reps, isAssignment)),
    step("accept", find(reps, (message) => isAnswered(message, ACCEPT))),
    step("portrait", find(reps, isPortrait)),
    step("status", find(reps, (message) => isAnswered(message, STATUS) || isMoved(store, message))),
    step("remind", said),
    step("forward", said && find(reps, (message) => isReminder(store, message, said.message))),
    step("funnel", find(managers, (message, index, list) => isFunnel(store, message, index, list))),
  ];
}

function step(id, found) {
  return { id, message: found?.message ?? null, conversation: found?.conversation ?? null };
}

function find(conversations, test) {
  for (const conversation of conversations) {
    const message = conversation.messages.find(test);
    if (message) return { message, conversation };
  }
  return null;
}

function hasRole(store, members, role) {
  return members.some((id) => store.people.get(id)?.role === role);
}

function isOwn(store, message) {
  return store.people.has(message.from);
}

function isCard({ type }) {
  return type === "card";
}

function cardText({ card }) {
  return [card?.source?.desc, card?.main_title?.title, card?.main_title?.desc].join(" ");
}

/** A card that offers 接收, or has been changed since by its tap. */
function isAssignment(message) {
  const buttons = message.card?.button_list ?? [];
  const isOffer = buttons.some(({ text }) => ACCEPT.test(text)) || /新线索/.test(cardText(message));
  return (isCard(message) && isOffer) || isTapOf(message, ACCEPT);
}

/** The grey word of a card, or the tap itself where the card was redrawn as a whole. */
function isAnswered(message, word) {
  return (isCard(message) && word.test(message.replaced ?? "")) || isTapOf(message, word);
}

/** The answer to a plain sentence that changed the status. */
function isMoved(store, message) {
  return !isOwn(store, message) && /状态改为/.test(message.text ?? "");
}

function isTapOf({ type, text }, word) {
  return type === "event" && TAP.test(text ?? "") && word.test(text);
}

function isPortrait(message) {
  return isCard(message) && /画像/.test(cardText(message));
}

function isReminder(store, message, sentence) {
  const text = `${message.text ?? ""} ${cardText(message)}`;
  const isLater = moment(message) - moment(sentence) >= REMINDER_WAIT_MS;
  return isLater && !isOwn(store, message) && /提醒|回访/.test(text);
}

/** The question "漏斗", with an answer behind it. */
function isFunnel(store, message, index, list) {
  const isAsked = isOwn(store, message) && /漏斗/.test(message.text ?? "");
  return isAsked && list.slice(index + 1).some((answer) => !isOwn(store, answer));
}
