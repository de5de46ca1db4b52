// Everything is shown in the business zone, wherever the browser sits.

const ZONE = "Asia/Shanghai";
const ZONE_OFFSET = "+08:00";
const DAY_MS = 86_400_000;

const partsFormat = new Intl.DateTimeFormat("zh-CN", {
  timeZone: ZONE,
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const weekdayFormat = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, weekday: "short" });

function parts(moment) {
  const found = {};
  for (const { type, value } of partsFormat.formatToParts(moment)) found[type] = value;
  return found;
}

/** Calendar day in the business zone, `YYYY-MM-DD`. */
export function dayOf(moment) {
  const { year, month, day } = parts(moment);
  return `${year}-${month}-${day}`;
}

/** `HH:MM`. */
export function clockTime(moment) {
  const { hour, minute } = parts(moment);
  return `${hour}:${minute}`;
}

/** `HH:MM:SS`. */
export function clockSeconds(moment) {
  return `${clockTime(moment)}:${parts(moment).second}`;
}

/** `11月23日 周四`. */
export function dateLabel(moment) {
  const { month, day } = parts(moment);
  return `${Number(month)}月${Number(day)}日 ${weekdayFormat.format(moment)}`;
}

/** The way chats write a moment: `09:30`, `昨天 09:30`, `11月3日 09:30`. */
export function chatLabel(moment, now) {
  const day = dayOf(moment);
  if (day === dayOf(now)) return clockTime(moment);
  if (day === dayOf(new Date(now.getTime() - DAY_MS))) return `昨天 ${clockTime(moment)}`;
  const { year, month, day: dayNumber } = parts(moment);
  const date = `${Number(month)}月${Number(dayNumber)}日 ${clockTime(moment)}`;
  return year === parts(now).year ? date : `${year}年${date}`;
}

/** ISO moment of `HH:MM` business time, `days` calendar days after `moment`. */
export function atDayTime(moment, days, time) {
  const day = dayOf(new Date(moment.getTime() + days * DAY_MS));
  return `${day}T${time}:00${ZONE_OFFSET}`;
}

/** Value of a `datetime-local` input, read in the business zone, as ISO. */
export function fromLocalInput(value) {
  return value ? `${value.length === 16 ? `${value}:00` : value}${ZONE_OFFSET}` : "";
}

/** The moment as value of a `datetime-local` input. */
export function toLocalInput(moment) {
  return `${dayOf(moment)}T${clockTime(moment)}`;
}
