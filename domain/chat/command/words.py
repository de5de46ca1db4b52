"""Words for commands: synonyms, what may stand around them, and how they are mistyped."""

from __future__ import annotations

from domain.chat.command.model import CommandName as N
from domain.cleaning.words import word_set

_ALIASES = {
    N.FUNNEL: """
    zhuanhua 漏斗 漏斗图 转化漏斗 销售漏斗 转化率 转化情况 转化 转化数据 funnel loudou
    """,
    N.RANKING: """
    成交榜 成交排行 签单榜 业绩第一 谁是第一 paihang paiming 排行 排行榜 排名 榜单 业绩排名
    业绩排行 业绩排行榜 业绩榜 销售排行 销售排行榜 销售排名 龙虎榜 销冠 谁成交最多 谁业绩最好
    谁签单最多 谁第一 ranking rank
    """,
    N.POOL: """
    gonghai 公海 公海池 线索池 部门公海 资源池 池子 公海线索 公海列表 预培育池 pool
    """,
    N.MINE: """
    wodexiansuo wodekehu 我的线索 我的客户 我的名单 我名下的线索 我名下线索 我名下的客户 我名下
    我手上的线索 我手上的客户 我手里的线索 我手里的客户 我跟的客户 我负责的线索 我负责的客户
    我跟进的线索 我跟进的客户 mine
    """,
    N.HELP: """
    使用帮助 教程 你能干嘛 你会干嘛 能干嘛 怎么玩 bangzhu 帮助中心 帮助 命令 指令 菜单 使用说明
    说明书 怎么用 怎么使用 怎么操作 你会什么 你能做什么 你会干什么 你能干什么 能做什么 会什么
    哪些命令 哪些功能 什么功能 什么命令 功能 命令列表 help h ? ??
    """,
    N.TODO: """
    daiban 今日任务清单 没跟进的 待跟进的 还没跟进的 待办 待办事项 今日待办 待办列表 待办清单 任务
    今日任务 任务列表 日程 要跟进谁 要联系谁 要跟谁 该跟谁 该联系谁 该跟进谁 要做的 要做什么
    该做什么 要做哪些 要跟进的 要跟进的客户 要跟进的线索 要联系的客户 todo
    """,
    N.RULES: """
    guize 规则 评分规则 打分规则 规则表 试算规则 规则试算 试算 发布规则 规则发布 积分规则 分配规则
    rules rule
    """,
    N.EVENTS: """
    shijian 事件 互动事件 事件列表 事件类型 待登记 待登记事件 待登记的事件 events event
    """,
    N.CAMPAIGN: """
    huodong 活动 培育活动 营销活动 培育 培育计划 自动化活动 活动列表 campaign campaigns
    """,
    N.REPORT: """
    baobiao ribao zhoubao yuebao 报表 日报 周报 月报 报告 数据报告 业绩报表 业绩报告 业绩 工作报告
    今日数据 数据概览 report
    """,
    N.EXPORT: """
    daochu 下载 导出 导出线索 导出客户 导出名单 导出数据 导出来 导出一下 下载线索 下载名单 export
    """,
    N.IMPORT: """
    daoru 导入 导入线索 导入名单 导入客户 导入文件 上传 上传名单 上传线索 上传文件 批量导入 import
    upload
    """,
    N.AUDIT: """
    shenji 审计 审计日志 审计记录 操作记录 操作日志 查看记录 访问记录 日志 audit
    """,
    N.CHANNEL: """
    qudao 渠道 各渠道 渠道效果 渠道数据 渠道分析 渠道成本 渠道转化 渠道来源 投放效果 投放数据
    channel channels
    """,
    N.SEGMENT: """
    renqun 圈一下 圈出 圈选 人群 圈人 分群 人群包 人群列表 segment segments
    """,
    N.TAG: """
    biaoqian 标签 打标签 标签列表 tag tags
    """,
    N.SCORE: """
    pingfen 评分 打分 得分 分数 积分 多少分 几分 评分明细 得分明细 score
    """,
    N.PORTRAIT: """
    huaxiang 画像 客户画像 用户画像 资料卡 portrait
    """,
    N.LEAD: """
    xiansuo 线索 查线索 查询线索 线索详情 客户详情 查客户 查询客户 查询 查找 查 搜索 搜 查一查 查查
    lead
    """,
    N.REMIND: """
    tixing 提醒 提醒我 remind
    """,
    N.LEAVE: """
    qingjia 请假 休假 调休 请个假 leave
    """,
    N.PAUSE: """
    zanting 暂停 暂停接单 暂停接收 暂停分配 停止接单 停止接收 停止分配 停接 停单 pause
    """,
    N.RESUME: """
    huifu 恢复 恢复接单 恢复接收 恢复分配 继续接单 继续接收 开始接单 重新接单 resume
    """,
    N.CLAIM: """
    lingqu 领取 领 捞 捞取 抢 认领 领线索 捞线索 抢单 领取线索 claim
    """,
    N.RELEASE: """
    shifang 释放 退回 放回 放弃 退公海 退回公海 放回公海 释放线索 release
    """,
    N.ASSIGN: """
    fenpei 分配 指派 派单 分派 assign
    """,
    N.TRANSFER: """
    zhuanyi 转移 移交 交接 转交 过户 转让 transfer
    """,
    N.ISOLATED: """
    geli 隔离 隔离区 隔离名单 隔离线索 被隔离 已隔离 被过滤 被拦下的 拦截名单 被拦截 过滤名单
    isolated
    """,
    N.RESTORE: """
    恢复线索 恢复客户 解除隔离 取消隔离 移出隔离 解除拦截 撤销无效 restore
    """,
    N.FOLLOW: """
    genjin 跟进 跟进记录 写跟进 记录 小记 记一下 记一笔 follow
    """,
}
#: Every spelling → the command.
ALIASES: dict[str, N] = {
    alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()
}
LONGEST_ALIAS = max(map(len, ALIASES))

_FILLERS = word_set(
    """
    今天的 发一下 怎么样 我想看 是多少 有几个 有哪些 有多少 来一份 查一下 看一下 看一看 调一下 一下
    一份 一共 中的 什么 全部 几个 列表 发我 各个 咱们 哪些 团队 多少 大家 如何 客户 帮忙 帮我 怎样
    总共 情况 想看 想要 我们 我想 我要 所有 打开 效果 数据 整体 明细 是谁 显示 最新 最近 来个 查下
    查看 现在 目前 看下 看看 瞧瞧 线索 给我 统计 调出 还剩 还有 进行 部门 里面 销售 需要 麻烦 下 个
    中 了 从 份 你 发 各 吗 吧 呀 呗 呢 哈 啊 好 您 想 我 把 是 有 条 来 的 看 要 请 都 里
    """
)
#: What may further stand beside one keyword only.
_EXTRAS = {
    N.CHANNEL: """
    成交 花了 花费 花 投产 投产比 产出 回报 roi 成本 贡献 质量 线索量 转化 投了 单 钱
    """,
    N.EXPORT: """
    成交 报表 报告 日报 周报 月报 名单 已 未 高意向 表格 excel 出来 全量 渠道 成功
    """,
    N.FUNNEL: """
    来 图 各阶段 阶段 线索
    """,
    N.TODO: """
    事项 清单 要做 该做 客户 今日
    """,
    N.SEGMENT: """
    高意向 高价值 低价值 沉默 活跃 人 用户 人群 新客 老客 流失
    """,
    N.CAMPAIGN: """
    新建 创建 停止 启动 暂停 结束 培育
    """,
    N.RULES: """
    改 修改 新建 调整 发布 试 评分 打分 试试
    """,
    N.RANKING: """
    成交 业绩 签单 转化 名 第一 线索
    """,
    N.MINE: """
    今天 新 未跟进 没跟进 待跟进 高意向 名单 数量
    """,
    N.REPORT: """
    团队 成交 业绩 发送
    """,
    N.AUDIT: """
    日志 记录
    """,
}


def fillers_of(name: N) -> tuple[str, ...]:
    """Return what may stand around a command's keyword without changing it, longest first."""
    words = _FILLERS | word_set(_EXTRAS.get(name, ""))
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


FILLERS = {name: fillers_of(name) for name in N}

#: Characters typed for another of the same sound, in words for commands only.
_SOUNDS = {
    "漏": "陋楼娄露搂", "斗": "抖都豆陡兜逗", "线": "现县限献", "索": "锁所嗦", "评": "平苹屏凭瓶",
    "分": "份纷芬", "待": "代带戴呆", "办": "班半伴", "提": "题替", "醒": "星姓", "帮": "邦绑",
    "助": "住祝注", "公": "工功", "海": "害孩", "画": "化话划", "像": "象", "排": "牌",
    "行": "形航", "渠": "区取曲", "导": "倒岛", "出": "处初", "报": "抱爆", "表": "标", "规": "归",
    "则": "责泽", "活": "或", "审": "申", "计": "记技", "标": "表", "签": "千前钱", "圈": "权",
    "选": "宣", "领": "另", "取": "去", "释": "试", "转": "赚专", "移": "一宜", "配": "佩",
    "恢": "灰", "复": "付负", "暂": "赞占", "停": "听廷",
}  # fmt: skip
HOMOPHONES = str.maketrans(
    {typed: meant for meant, typos in _SOUNDS.items() for typed in typos if typed not in _SOUNDS}
)

#: Channel names that need no 渠道 behind them.
CHANNELS = word_set(
    """
    今日头条 头条 抖音 快手 百度 百度推广 信息流 广点通 朋友圈 朋友圈广告 公众号 服务号 视频号
    小红书 微博 知乎 b站 B站 小程序 社群 私域 地推 转介绍 老带新 官网 app APP 落地页 淘宝 京东 美团
    大众点评 线下 展会 直播 短信 sem SEM seo SEO 企业微信 微信群 书籍 代理
    """
)
