"""Sensitive words: recall on disguises, false hits in plain chat, speed, build time and memory."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import resource
import time
from collections.abc import Iterator

from domain.screening.words import Word, WordList, WordOptions
from tests.bench.corpora.disguises import DISGUISES
from tests.bench.measure import figure
from tests.shared import DATA

#: As many entries as the largest lists that people exchange.
ENTRIES = 60_000
SHORT = 20
#: Words that are disguised in each way.
DISGUISED = 2_000
ROUNDS = 5
_SEED = 7


def main() -> None:
    """Print the figures as JSON lines."""
    chat = list(_customers())
    invented = _invented(chat)
    print_recall()
    print_build(invented)
    print_disguised(invented, chat)
    print_speed(invented, [text[:SHORT] for text in chat])
    print_false_hits(chat)


def _customers() -> Iterator[str]:
    with gzip.open(DATA / "crosswoz" / "val.jsonl.gz", "rt", encoding="utf-8") as stream:
        for turn in map(json.loads, stream):
            if turn["role"] == "usr":
                yield turn["text"]


def _invented(chat: list[str]) -> list[str]:
    """Return words of two to five characters, half of them characters of the chat.

    One in ten ends in letters and digits, as addresses and numbers of accounts do.
    """
    chance = random.Random(_SEED)
    common = [sign for text in chat for sign in text if "\u4e00" <= sign <= "\u9fff"]
    words = {_account(chance) for _ in range(ENTRIES // 10)}
    while len(words) < ENTRIES:
        signs = (
            chance.choice(common)
            if chance.random() < 1 / 2
            else chr(chance.randrange(0x4E00, 0x9000))
            for _ in range(chance.randint(2, 5))
        )
        words.add("".join(signs))
    return sorted(words)


def _account(chance: random.Random) -> str:
    """Return something like 微kd4821."""
    letters = "".join(chance.choice("abcdefghkmnpqrstuvwxyz") for _ in range(2))
    return f"{chance.choice('微加扣群号信')}{letters}{chance.randrange(1_000, 10_000)}"


def print_disguised(words: list[str], chat: list[str]) -> None:
    """Print which share of the words is found in the middle of a message, by way of writing.

    Found is a word of the list where it stands, whichever of two that overlap.
    """
    chance, listed = random.Random(_SEED), WordList(map(Word, words))
    tried = chance.sample(words, DISGUISED)
    for name, disguise in DISGUISES.items():
        found, texts = 0, list[str]()
        for word in tried:
            typed = disguise(word, chance)
            if typed == word and name != "as_listed":
                continue
            before = chance.choice(chat)[:SHORT] + "，"
            text = before + typed + "，" + chance.choice(chat)[:SHORT]
            start, end = len(before), len(before) + len(typed)
            hits = listed.hits(text)
            found += any(hit.start < end and hit.end > start for hit in hits)
            texts.append(text)
        figure("words", f"recall: {name}", found / len(texts), f"of {len(texts)} written so")
        if name == "all_at_once":
            seconds = min(_seconds(listed, texts) for _ in range(ROUNDS))
            figure("words", "disguised_messages", len(texts) / seconds, "1/s of CPU")


def print_recall() -> None:
    """Print how many of the cases of the shared data come out to the letter."""
    lines = (DATA / "sensitive_words" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    right = sum(_typed(case) == case["expect"] for case in cases)
    figure("words", "cases_right", right, f"of {len(cases)}")


def _typed(case: dict[str, object]) -> list[str]:
    wanted = case["options"]
    assert isinstance(wanted, dict)
    options = WordOptions(
        whole_english=wanted.get("english_whole_word", False),
        digits_from=wanted.get("num_check", 0),
        emails=wanted.get("email_check", False),
        urls=wanted.get("url_check", False),
    )
    deny = case["deny"]
    assert isinstance(deny, list)
    return [hit.typed for hit in WordList(map(Word, deny), options).hits(str(case["text"]))]


def print_build(words: list[str]) -> None:
    """Print what it costs to have the list: time, memory, and how long a loop stands meanwhile."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    kept = WordList(map(Word, words))
    figure("words", "build_cpu", time.process_time() - started, "s")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    figure("words", "resident_memory", grown / 1024, "MiB")
    figure("words", "entries", kept.size, "entries")
    figure("words", "loop_stands_while_built", asyncio.run(_longest_stand(words)) * 1e3, "ms")


async def _longest_stand(words: list[str]) -> float:
    """Build in a thread, as the service does; return the longest pause of the event loop."""
    building = asyncio.create_task(asyncio.to_thread(WordList, map(Word, words)))
    longest, last = 0.0, time.perf_counter()
    while not building.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    await building
    return longest


def print_speed(words: list[str], texts: list[str]) -> None:
    """Print messages a second of one core (CPU time), of the best round.

    Plain messages hold no word of the list; the others hold one or more.
    """
    every = WordList(map(Word, words))
    holding = [text for text in texts if every.hits(text)]
    plain, left = every, list(words)
    while said := {hit.word for text in texts for hit in plain.hits(text)}:
        left = [word for word in left if word not in said]
        plain = WordList(map(Word, left))
    for name, listed, messages in (("plain", plain, texts), ("with_hits", every, holding)):
        best = min(_seconds(listed, messages) for _ in range(ROUNDS))
        figure("words", f"{name}_messages_of_20_characters", len(messages) / best, "1/s of CPU")


def _seconds(listed: WordList, texts: list[str]) -> float:
    hits, started = listed.hits, time.process_time()
    for text in texts:
        hits(text)
    return time.process_time() - started


def print_false_hits(chat: list[str]) -> None:
    """Print hits in plain chat: of the shipped list, and those that only disguises explain."""
    from config.lists import ListFiles  # noqa: PLC0415 — as the service reads it
    from config.texts import load_texts  # noqa: PLC0415
    from domain.screening.lists import ListName  # noqa: PLC0415

    shipped = WordList(ListFiles(None, load_texts()).read(ListName.WORDS).words)
    found = sum(bool(shipped.hits(text)) for text in chat)
    figure("words", "false_hits_of_the_shipped_list", found, f"of {len(chat)} messages")
    dictionary = _dictionary()
    listed = WordList(map(Word, dictionary))
    hits = [(text, hit) for text in chat for hit in listed.hits(text)]
    strange = [hit for text, hit in hits if hit.word not in text]
    figure("words", "dictionary_hits", len(hits), f"of {len(dictionary)} jieba words")
    figure("words", "of_them_not_as_written", len(strange), "hits")


def _dictionary() -> list[str]:
    """Return words of jieba's dictionary of two characters and more, by chance."""
    import jieba  # noqa: PLC0415 — slow

    with jieba.get_dict_file() as stream:
        words = [line.decode().split(" ")[0] for line in stream]
    longer = [word for word in words if len(word) > 1]
    return random.Random(_SEED).sample(longer, ENTRIES)
