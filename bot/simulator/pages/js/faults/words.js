// How faults are called and said in Chinese.

/** In the order of the form. */
export const KINDS = {
  slow: "变慢",
  cut: "断开，不回答（未生效）",
  lost_answer: "丢回包（已生效）",
  truncated: "回包残缺（已生效）",
  http_error: "网关报错页",
  errcode: "返回错误码",
  silent_drop: "悄悄丢弃消息",
  callback_doubled: "回调重复",
  callback_overtaken: "回调乱序",
  callback_delayed: "回调迟到",
  callback_parallel: "回调并发",
};

export const ERRCODES = {
  "-1": "系统繁忙",
  6000: "数据版本冲突",
  40001: "密钥或令牌错误",
  40014: "令牌无效",
  42001: "令牌过期",
  45009: "频率超限",
  45011: "公众号每分钟超限",
  45033: "并发超限",
  60020: "IP 不可信",
  40164: "公众号 IP 不在白名单",
  48002: "没有接口权限",
  41050: "欢迎码过期",
  41051: "欢迎语已发过",
  45015: "公众号超 48 小时",
  45047: "公众号条数用完",
  95001: "客服条数用完",
  95002: "客服超 48 小时",
};

const MOMENT = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  month: "numeric",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

export const isOfCallbacks = (kind) => kind.startsWith("callback_");

/** What a rule is called in the list. */
export function nameOf(rule, defaults) {
  if (rule.label) return rule.label;
  if (rule.kind !== "errcode") return KINDS[rule.kind];
  const errcode = rule.errcode ?? defaults.errcode.errcode;
  return `${errcode} ${ERRCODES[errcode] ?? ""}`.trim();
}

/** Its terms in one line. */
export function termsOf(rule, defaults, nameOfPerson) {
  const value = (field) => rule[field] ?? defaults[rule.kind][field];
  const path = rule.path && rule.path !== "*" ? rule.path : null;
  const everything = isOfCallbacks(rule.kind) ? "全部回调" : "全部接口";
  return [
    rule.label ? KINDS[rule.kind] : null,
    rule.label && rule.kind === "errcode" ? String(value("errcode")) : null,
    value("status") ? `HTTP ${value("status")}` : null,
    value("seconds") !== undefined ? `${value("seconds")} 秒` : null,
    value("copies") !== undefined ? `${value("copies")} 个` : null,
    value("above") !== undefined ? `每分钟 ${value("above")} 条以上` : null,
    path ?? everything,
    rule.account ? `账号 ${rule.account}` : null,
    rule.receiver ? `对 ${nameOfPerson(rule.receiver)}` : null,
    rule.after ? `先放过 ${rule.after} 次` : null,
    rule.every > 1 ? `每 ${rule.every} 次 1 次` : null,
    rule.probability < 1 ? `概率 ${+(rule.probability * 100).toFixed(3)}%` : null,
    rule.from ? `${MOMENT.format(new Date(rule.from))} 起` : null,
    rule.until ? `到 ${MOMENT.format(new Date(rule.until))}` : null,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** How many more it may strike. */
export function restOf({ left, seen }) {
  if (left === 0) return `经过 ${seen}，已结束`;
  return left === null ? `经过 ${seen}，不限` : `经过 ${seen}，还剩 ${left}`;
}
