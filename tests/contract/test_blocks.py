"""Who stands in which block is the same, looked at ahead or asked for one by one."""

from __future__ import annotations

import random
from collections.abc import Collection

import pytest

from domain.values import PersonId
from storage.database import Database
from storage.ids import IdSource
from storage.repositories.blocks import LARGEST_BLOCK, Blocks

PEOPLE = [PersonId(n) for n in range(1, 9)]
NAMES = ["name=张三|city=北京", "name=张三", "surname=张", "长" * 300]
CROWDED = "crowded"
BLOCKS = [*NAMES, CROWDED]


async def crowd(database: Database, ids: IdSource, size: int) -> None:
    """Let so many others stand in one block."""
    async with database.write() as tx:
        blocks = Blocks(tx, ids)
        for number in range(size):
            await blocks.put(PersonId(1000 + number), [CROWDED])
        await blocks.save()


async def standing(database: Database) -> set[tuple[int, str]]:
    rows = await database.look("select person_id, block from person_block where person_id < 1000")
    return {(row["person_id"], row["block"]) for row in rows}


def some(dice: random.Random, names: Collection[str]) -> list[str]:
    return dice.sample(sorted(names), dice.randrange(len(names) + 1))


@pytest.mark.parametrize("seed", range(6))
async def test_it_is_all_the_same(database: Database, ids: IdSource, seed: int) -> None:
    dice = random.Random(seed)
    await crowd(database, ids, LARGEST_BLOCK - 2)
    stands: dict[PersonId, set[str]] = {}
    for _ in range(4):
        async with database.write() as tx:
            blocks = Blocks(tx, ids)
            await blocks.look_ahead(dice.sample(PEOPLE, 5), some(dice, BLOCKS))
            for _ in range(12):
                person, asked, given = dice.choice(PEOPLE), some(dice, BLOCKS), some(dice, BLOCKS)
                assert await blocks.sharing(asked, person) == expected(stands, asked, person)
                await blocks.put(person, given)
                stands[person] = {block[:200] for block in given}
            await blocks.save()
        assert await standing(database) == {
            (person, block) for person, found in stands.items() for block in found
        }


def expected(
    stands: dict[PersonId, set[str]], asked: Collection[str], besides: PersonId
) -> tuple[PersonId, ...]:
    found: set[PersonId] = set()
    for name in {block[:200] for block in asked}:
        members = {person for person, blocks in stands.items() if name in blocks}
        if name == CROWDED:
            members |= {PersonId(1000 + n) for n in range(LARGEST_BLOCK - 2)}
        if len(members) <= LARGEST_BLOCK:
            found |= members
    return tuple(sorted(found - {besides}))


async def test_whoever_stands_in_a_crowd_is_not_looked_at(
    database: Database, ids: IdSource
) -> None:
    await crowd(database, ids, LARGEST_BLOCK + 1)
    async with database.write() as tx:
        blocks = Blocks(tx, ids)
        await blocks.put(PEOPLE[0], [NAMES[0]])
        await blocks.look_ahead(PEOPLE[1:3], [NAMES[0], CROWDED])
        assert blocks.ahead() == {PEOPLE[0]}
