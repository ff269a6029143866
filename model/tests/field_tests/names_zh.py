"""Chinese names of what tables list by an English name: conditions, balances, modes of behaviour."""

from __future__ import annotations

from twintrack.calibration.field_results import Text

_CHINESE = {
    # extreme conditions
    "central": "中心情形",
    "no money": "没有资金",
    "no public money": "没有公共资金",
    "a thousand times the research money": "千倍研究资金",
    "no private capital": "没有私人资本",
    "no talent": "没有人才",
    "no chips": "没有芯片",
    "embargo": "全面禁运",
    "total decoupling": "全面脱钩",
    "all levers at their low end": "全部杠杆取下限",
    "all levers at their high end": "全部杠杆取上限",
    "all index levers 0": "指数类杠杆全为0",
    "all index levers 1": "指数类杠杆全为1",
    "one programme alone": "只实施一项政策",
    "no growth of cost": "成本不增长",
    "tenfold growth of cost": "成本每年增至10倍",
    "a hundredfold growth of cost": "成本每年增至100倍",
    "a new road known from the start": "新路线自始已知",
    "a new road never found": "新路线从未被发现",
    "AI that does every task": "AI能完成全部任务",
    "all who are displaced stay so": "被替代者无人再就业",
    "exhausted routes": "路线枯竭",
    "every parameter at its low end": "全部参数取下限",
    "every parameter at its high end": "全部参数取上限",
    "nobody adopts": "无人采用",
    "a million times the run cost": "训练成本百万倍",
    "a millionth of compute per money": "单位资金算力百万分之一",
    "corners: baseline": "随机角点：基准战略",
    "corners: all index levers 1": "随机角点：指数类杠杆全为1",
    "corners: all levers at their low end": "随机角点：全部杠杆取下限",
    "corners: catchup_explore_open": "随机角点：追赶加探索（开放）",
    # zero in, nothing out
    "no adoption, no users": "无采用则无使用者",
    "no people, no research": "无人才则无研究",
    "no chips, no largest run": "无芯片则无大规模训练",
    "no chips, no accelerators bought": "无芯片则无采购",
    "no public money, no public research": "无公共资金则无公共研究",
    "all doors closed, no imitation from 2028": "全面封闭则2028年起无模仿",
    # balances
    "students become juniors": "学生成为初级人员",
    "skilled staff": "熟练人员",
    "top talent of the world": "全球顶尖人才",
    "debt of regions": "地方债务",
    "accelerators": "加速器",
    "chip plants": "芯片产能",
    "projects": "项目",
    "models on the market": "在市模型",
    "registered models": "备案模型",
    "knowledge on its way": "在途知识",
    "displaced people": "被替代人员",
    "organisations that use AI": "使用AI的组织",
    # modes of behaviour
    "flat": "平稳",
    "speeding up": "加速增长",
    "levelling off": "增长趋缓",
    "s-shape": "S形增长",
    "decline": "下降",
    "rise and fall": "先升后降",
    "fall and rise": "先降后升",
}


def named(english: str) -> Text:
    """Give a name in both languages; the English one stands for both where no Chinese one is known."""
    return Text(english, _CHINESE.get(english, english))
