// Every Chinese word that the pages say by themselves (static labels are in index.html).

/** Columns: who is shown, and the conversations as tabs in this order. */
export const ROLES = {
  customer: {
    name: "客户",
    tabs: { mp: "公众号", kf: "微信客服", friend: "销售", group: "群聊" },
    nobody: "还没有客户，点上方“新客户”添加一位",
  },
  rep: {
    name: "销售",
    tabs: { app: "线索助手", friend: "客户", group: "群聊", mass: "群发助手", bot: "机器人" },
    nobody: "通讯录里还没有销售",
  },
  manager: {
    name: "主管",
    tabs: { app: "线索助手", bot: "机器人" },
    nobody: "通讯录里还没有主管",
  },
};

/** The guide's name where it is a column of its own. */
export const SIDE = "引导";

/**
 * What an empty window tells a newcomer: title, advice, and the dialog or act
 * of its button (`open` names a dialog of index.html).
 */
export const EMPTY = {
  "customer.mp": {
    title: "还没有关注公众号",
    advice: "关注之后，客户可以在这里留言、点菜单，Clew 会自动回复并记成线索。",
    button: "关注公众号",
    open: "follow",
  },
  "customer.kf": {
    title: "还没有进入客服会话",
    advice: "客户从官网、广告或公众号点“联系客服”就会到这里。进来之后说一句话、留个电话试试。",
    button: "进入客服",
    open: "kf",
  },
  "customer.friend": {
    title: "还没有添加销售",
    advice: "扫一个渠道活码添加销售，20 秒内会收到欢迎语，Clew 同时生成一条带渠道的线索。",
    button: "扫码加销售",
    open: "scan",
  },
  "customer.group": {
    title: "还没有加入客户群",
    advice: "客户扫群码进群后，Clew 会把群记作这条线索的渠道。",
    button: "入群",
    open: "group",
  },
  "rep.app": {
    title: "这里会收到线索",
    advice: "让客户扫码或在客服里留个电话：够格的线索会变成一张卡片送到这里，可以直接点“接收”。下面几句话现在就能试。",
  },
  "rep.friend": {
    title: "还没有客户添加这位销售",
    advice: "在左边让客户“扫码加销售”，会话就会出现。Clew 看得到这段关系，但不会替销售说话。",
  },
  "rep.group": {
    title: "还没有客户群",
    advice: "有客户入群之后，群聊会出现在这里。",
  },
  "rep.bot": {
    title: "和智能机器人说句话",
    advice: "在这里直接说，或者在群聊里 @ 它，消息都会到 Clew。",
  },
  "manager.bot": {
    title: "和智能机器人说句话",
    advice: "在这里直接说，或者在群聊里 @ 它，消息都会到 Clew。",
  },
  "rep.mass": {
    title: "没有群发任务",
    advice: "企业创建的群发任务会出现在这里，点“发送”才会发到客户的聊天里。每位客户每天最多收到一条。",
  },
  "manager.app": {
    title: "主管从这里看全局",
    advice: "想知道漏斗，或者某条线索的来龙去脉，直接说出来就行。",
  },
};

/** Things worth saying first, by role and kind of conversation. */
export const SUGGESTIONS = {
  "rep.app": ["帮助", "我的线索", "今日待办"],
  "manager.app": ["漏斗", "线索 张三", "帮助"],
  "customer.kf": ["你好，数学班怎么收费？我的电话 13651827394"],
  "customer.mp": ["想预约一节试听课"],
};

export const SAY = {
  placeholder: "说点什么，回车发送",
  label: (title) => `给“${title}”发消息`,
  send: "发送",
  newest: "有新消息",
  more: "更多",
  elsewhere: (name, count) => `${name}有 ${count} 条新消息`,
  unread: (count) => `${count} 条未读`,
  choosePerson: (role) => `${role}窗口显示谁`,
  conversations: (name) => `${name}的会话`,
  menu: "应用菜单",
};

/** Titles of the conversations, as the phone's title bar shows them. */
export const TITLES = { app: "线索助手", kf: "微信客服", mp: "公众号", friend: "聊天", group: "群聊", mass: "群发助手", bot: "机器人" };

/** Menu of the title bar, by role and kind: label, act, and question before it is done. */
export const NAV_ACTIONS = {
  "customer.mp": { label: "取消关注", act: "unfollow", question: "取消关注这个公众号？" },
  "customer.friend": {
    label: "删除这位销售",
    act: "delete_rep",
    question: "把这位销售从客户的好友里删除？销售会收到流失提醒。",
  },
};

/** The story a newcomer walks through; `guide-steps.js` knows when each is done. */
export const GUIDE = {
  scan: { title: "客户扫码加销售", hint: "选一个渠道活码扫一下。", button: "去扫码" },
  welcome: { title: "客户收到欢迎语", hint: "添加后 20 秒内，欢迎语出现在客户与销售的聊天里。", button: "看一看" },
  phone: { title: "客户在客服留电话", hint: "进入微信客服，问一句价格并留下手机号。", button: "填好这句话" },
  card: { title: "销售收到线索卡片", hint: "评分过线后，按轮转分给一位销售。", button: "找到卡片" },
  accept: { title: "销售点“接收”", hint: "在卡片上点“接收”，按钮会变成灰字。", button: "去接收" },
  portrait: { title: "客户画像送到", hint: "接收后马上收到画像卡片和下一步建议。", button: "看画像" },
  status: { title: "更新跟进状态", hint: "在画像卡片上点一个状态按钮。", button: "去更新" },
  remind: { title: "一句话定提醒", hint: "对线索助手说：", button: "填好这句话" },
  forward: { title: "快进，提醒准时到", hint: "把时钟拨到明天下午三点，看提醒到达。", button: "快进到 15:00" },
  funnel: { title: "主管问“漏斗”", hint: "在主管窗口发送“漏斗”。", button: "填好这句话" },
};

export const GUIDE_TEXTS = {
  phone: "你好，数学班多少钱？我的电话是 13651827394",
  remind: (name) => `明天下午三点提醒我回访${name}`,
  funnel: "漏斗",
  finished: "整个故事走完了。接着随便试：换个客户、退回线索、让客户退订……",
  progress: (done, all) => `${done} / ${all}`,
  done: "已完成",
};

export const TOOLBAR = {
  offline: "与平台替身的连接断开了，正在重连……",
  loading: "正在连接平台替身……",
  advanced: (label) => `时钟已到 ${label}`,
  noWays: "还没有渠道活码。Clew 启动后会自己创建，请稍等或查看平台调用记录。",
  noLinks: "还没有获客链接。",
  noGroups: "还没有客户群。",
  noCustomer: "先添加一位客户",
  wayUsers: (names) => `接待：${names}`,
  wayState: (state) => `渠道 ${state}`,
  noCalls: "还没有调用。Clew 一启动，它对平台的每次调用都会列在这里。",
  callsFailed: (count) => `${count} 次出错`,
};
