"""The steps of the story: somebody acts, somebody must see something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.simulator.world.windows import MessageKind
from bot.story.reading import (
    card_about,
    has_button,
    key_of,
    not_from,
    of_kind,
    shown,
    title_of,
)
from bot.story.stage import START, Stage

ZHANG_SAN = "wmClewDemoZhangSan00000000000001"
XIAO_MEI = "wmClewDemoXiaoMei000000000000002"
LI_LEI, HAN_MEIMEI, MANAGER = "LiLei", "HanMeimei", "WangManager"
CONTACT_WAY = "cwexpo2026b7000000000000000000001"
GROUP = "wrClewDemoMathParents00000000001"
PHONE = "13900001234"


async def verify(stage: Stage) -> str:
    """The platform checks the callback addresses."""
    answers = await stage.demo.sim.verify_urls()
    stage.must(all(answers.values()), f"{answers}")
    return ", ".join(line.value for line in answers)


async def scan(stage: Stage) -> str:
    """A customer scans a contact way and is welcomed."""
    await stage.demo.sim.scan(ZHANG_SAN, CONTACT_WAY)
    await stage.quiet()
    return stage.last(f"friend:{ZHANG_SAN}:{LI_LEI}", of_kind(MessageKind.WELCOME)).text


async def lead(stage: Stage) -> str:
    """They are a lead, with the channel of the contact way and their name."""
    touch = (await stage.lead_of(stage.line("first"))).lead.first_touch
    stage.must(touch is not None and touch.state == "expo2026_b7", f"touch is {touch}")
    return touch.channel if touch else ""


async def ask(stage: Stage) -> str:
    """They ask for the price in 微信客服 and get an answer."""
    await stage.demo.sim.enter_kf(ZHANG_SAN)
    await stage.quiet()
    greeting = stage.last(f"kf:{ZHANG_SAN}", not_from(ZHANG_SAN))
    await stage.demo.sim.say_kf(ZHANG_SAN, stage.line("ask"))
    await stage.quiet()
    answer = stage.last(f"kf:{ZHANG_SAN}", not_from(ZHANG_SAN))
    stage.must(answer.id != greeting.id, "no answer after the greeting")
    found = await stage.lead_of(stage.line("first"))
    stage.must(found.lead.score.dynamic > 0, "no score")
    return answer.text


async def enrich(stage: Stage) -> str:
    """They leave a phone and wish for a trial: the lead is enriched."""
    await stage.demo.sim.say_kf(ZHANG_SAN, stage.line("enrich"))
    await stage.quiet()
    names = await stage.names_by_phone(PHONE[-4:])
    stage.must(names == [stage.line("first")], f"by phone: {names}")
    return f"{(await stage.lead_of(stage.line('first'))).lead.score.composite:.0f}"


async def offer(stage: Stage) -> str:
    """Above the pass mark a rep gets the card."""
    found = await stage.lead_of(stage.line("first"))
    stage.must(found.lead.score.is_mature, f"score {found.lead.score}")
    return title_of(stage.last(f"app:{LI_LEI}", card_about(stage.line("first"))))


async def accept(stage: Stage) -> str:
    """The rep accepts: the card turns grey, the portrait comes with the next step."""
    card = stage.last(f"app:{LI_LEI}", card_about(stage.line("first")))
    await stage.demo.sim.click(card.id, key_of(card, "accept"))
    await stage.quiet()
    offered = next(m for m in stage.app_window(LI_LEI) if m.id == card.id)
    stage.must(offered.replaced is not None, "the card was not replaced")
    portrait = stage.last(f"app:{LI_LEI}", has_button("status"))
    stage.must(PHONE in shown(portrait), f"no phone in {shown(portrait)}")
    return shown(portrait)


async def status(stage: Stage) -> str:
    """The rep sets the status by a button; the card is redrawn."""
    portrait = stage.last(f"app:{LI_LEI}", has_button("status"))
    await stage.demo.sim.click(portrait.id, key_of(portrait, "status", "clear"))
    await stage.quiet()
    found = await stage.lead_of(stage.line("first"))
    stage.must(found.lead.status == "clear", f"status is {found.lead.status}")
    word = stage.words("status.clear")
    redrawn = next(m for m in stage.app_window(LI_LEI) if m.id == portrait.id)
    stage.must(word in shown(redrawn), f"card shows {shown(redrawn)}")
    return word


async def remind(stage: Stage) -> str:
    """The rep asks to be reminded, in plain words."""
    return await stage.say(LI_LEI, stage.line("remind"), "15:00")


async def official(stage: Stage) -> str:
    """Another customer follows the official account, asks, leaves a phone."""
    await stage.demo.sim.follow(XIAO_MEI)
    await stage.quiet()
    for key in ("official_ask", "official_phone"):
        await stage.demo.sim.say_mp(XIAO_MEI, stage.line(key))
        await stage.quiet()
    return stage.last(f"mp:{XIAO_MEI}", not_from(XIAO_MEI)).text


async def turn(stage: Stage) -> str:
    """The next rep in turn gets the card."""
    return title_of(stage.last(f"app:{HAN_MEIMEI}", card_about(stage.line("second"))))


async def give_back(stage: Stage) -> str:
    """That rep gives the lead back with a reason; the next one gets it."""
    card = stage.last(f"app:{HAN_MEIMEI}", card_about(stage.line("second")))
    await stage.demo.sim.click(card.id, key_of(card, "return"), {"reason": ["no_time"]})
    await stage.quiet()
    return title_of(stage.last(f"app:{LI_LEI}", card_about(stage.line("second"))))


async def expire(stage: Stage) -> str:
    """Nobody answers in time: the lead waits in its pool, the manager is told."""
    await stage.pass_time(timedelta(minutes=45))
    found = await stage.lead_of(stage.line("second"))
    stage.must(found.lead.owner is None, f"owner is {found.lead.owner}")
    return stage.last(f"app:{MANAGER}", lambda m: stage.line("second") in m.text).text


async def group(stage: Stage) -> str:
    """Somebody joins a customer group and is a lead."""
    newcomer = stage.demo.sim.staff.add_customer(stage.line("third"))
    await stage.demo.sim.join_group(newcomer.external_userid, GROUP)
    await stage.quiet()
    touch = (await stage.lead_of(stage.line("third"))).lead.first_touch
    return touch.channel if touch else ""


async def sentence(stage: Stage) -> str:
    """The rep reports in a plain sentence."""
    answer = await stage.say(LI_LEI, stage.line("sentence"), stage.line("first"))
    found = await stage.lead_of(stage.line("first"))
    stage.must(found.lead.status == "payment_booked", f"status is {found.lead.status}")
    return answer


async def fire(stage: Stage) -> str:
    """The next afternoon at three the reminder arrives."""
    await stage.pass_time(START.replace(hour=15) + timedelta(days=1) - stage.clock.now())
    return shown(stage.last(f"app:{LI_LEI}", has_button("done")))


async def explain(stage: Stage) -> str:
    """The rep asks why the score is what it is."""
    return await stage.say(LI_LEI, stage.line("explain"), stage.line("first"))


async def manager_lead(stage: Stage) -> str:
    """The manager looks at the lead; the phone stays masked."""
    await stage.demo.sim.say_app(MANAGER, stage.line("manager_lead"))
    await stage.quiet()
    card = stage.last(f"app:{MANAGER}", of_kind(MessageKind.CARD))
    stage.must(PHONE not in shown(card), "the phone is shown to the manager")
    return shown(card)


async def funnel(stage: Stage) -> str:
    """The manager asks for the funnel: three leads are listed."""
    return await stage.say(MANAGER, stage.line("funnel"), stage.line("funnel_answer"))


#: The order of the story; titles are ``story.<name>`` of the texts.
STEPS: tuple[Callable[[Stage], Awaitable[str]], ...] = (
    verify,
    scan,
    lead,
    ask,
    enrich,
    offer,
    accept,
    status,
    remind,
    official,
    turn,
    give_back,
    expire,
    group,
    sentence,
    fire,
    explain,
    manager_lead,
    funnel,
)
