"""Grade, age, subject and budget in sales talk."""

from __future__ import annotations

import pytest

from domain.chat.extract import extract_fields
from domain.chat.fields.budget import Budget


def grades(text: str) -> list[str]:
    return [finding.value for finding in extract_fields(text).child_grade]


def ages(text: str) -> list[int]:
    return [finding.value for finding in extract_fields(text).age]


def subjects(text: str) -> list[str]:
    return [finding.value for finding in extract_fields(text).subject]


def budgets(text: str) -> list[Budget]:
    return [finding.value for finding in extract_fields(text).budget]


GRADES = [
    ("孩子三年级", ["三年级"]),
    ("孩子上3年级", ["三年级"]),
    ("儿子小学五年级", ["五年级"]),
    ("孩子读小四", ["四年级"]),
    ("女儿初一", ["七年级"]),
    ("初二的孩子能学吗", ["八年级"]),
    ("初三冲刺", ["九年级"]),
    ("初中三年级", ["九年级"]),
    ("八年级下学期", ["八年级"]),
    ("高一新生", ["高一"]),
    ("我家高2", ["高二"]),
    ("高中三年级", ["高三"]),
    ("娃上幼儿园大班", ["大班"]),
    ("宝宝今年中班", ["中班"]),
    ("儿子上小班", ["小班"]),
    ("老大五年级，老二大班", ["五年级", "大班"]),
    ("孩子不是三年级，是四年级", ["四年级"]),
    ("三年级，哦不，四年级", ["四年级"]),
    ("開學就四年級了", ["四年级"]),
    ("马上升初一", ["七年级"]),
    ("孩子１年级", ["一年级"]),
    ("高三了来得及吗", ["高三"]),
    ("你们是小班课吗", []),
    ("小班教学还是大班", []),
    ("要求高一点", []),
    ("大年初一休息吗", []),
    ("正月初三开课吗", []),
    ("学了一年了", []),
    ("初一十五不吃肉", []),
    ("几年级可以学", []),
]


@pytest.mark.parametrize(("text", "expected"), GRADES)
def test_reads_grades(text: str, expected: list[str]) -> None:
    assert grades(text) == expected


AGES = [
    ("孩子8岁", [8]),
    ("今年八周岁", [8]),
    ("六岁半", [6]),
    ("十二岁了", [12]),
    ("两岁半能学吗", [2]),
    ("我35岁，孩子8岁", [35, 8]),
    ("孩子8岁，我35岁", [35, 8]),
    ("老大10岁老二6岁", [10, 6]),
    ("不是5岁，6岁", [6]),
    ("18个月大", [1]),
    ("宝宝十个月", [0]),
    ("我今年二十八", [28]),
    ("3-6岁的课程", []),
    ("几岁可以学", []),
    ("6岁以上才能报吗", []),
    ("学了18个月", []),
    ("三岁看老", []),
    ("岁月不饶人", []),
]


@pytest.mark.parametrize(("text", "expected"), AGES)
def test_reads_ages(text: str, expected: list[int]) -> None:
    assert ages(text) == expected


SUBJECTS = [
    ("想学英语", ["英语"]),
    ("数学成绩不好", ["数学"]),
    ("奥数班有吗", ["数学"]),
    ("想报英文口语", ["英语"]),
    ("学画画", ["美术"]),
    ("少儿编程怎么收费", ["编程"]),
    ("scratch和python都想学", ["编程"]),
    ("想补数理化", ["数学", "物理", "化学"]),
    ("语数英都要补", ["语文", "数学", "英语"]),
    ("数学英语都想报", ["数学", "英语"]),
    ("数学不用了，补英语", ["英语"]),
    ("不是数学，是物理", ["物理"]),
    ("跳舞的课", ["舞蹈"]),
    ("练字", ["书法"]),
    ("钢琴考级", ["钢琴"]),
    ("想考雅思", ["雅思"]),
    ("语文阅读理解差", ["语文"]),
    ("写作文费劲", ["作文"]),
    ("想学古筝", ["古筝"]),
    ("有没有围棋课", ["围棋"]),
    ("我是数学老师", []),
    ("英语怎么说", []),
    ("化学反应", []),
    ("在吗", []),
]


@pytest.mark.parametrize(("text", "expected"), SUBJECTS)
def test_reads_subjects(text: str, expected: list[str]) -> None:
    assert subjects(text) == expected


BUDGETS = [
    ("预算5000", [Budget(5000, 5000)]),
    ("预算五千左右", [Budget(5000, 5000)]),
    ("预算大概1万", [Budget(10000, 10000)]),
    ("预算一万五", [Budget(15000, 15000)]),
    ("预算1.5w", [Budget(15000, 15000)]),
    ("预算5k", [Budget(5000, 5000)]),
    ("预算3000到5000", [Budget(3000, 5000)]),
    ("预算3-5千", [Budget(3000, 5000)]),
    ("预算三五千", [Budget(3000, 5000)]),
    ("两三千块钱的有吗，预算就这样", [Budget(2000, 3000)]),
    ("一两万以内都行", [Budget(None, 20000)]),
    ("5000以内", [Budget(None, 5000)]),
    ("最多8000", [Budget(None, 8000)]),
    ("不超过3000块", [Budget(None, 3000)]),
    ("预算控制在2000以下", [Budget(None, 2000)]),
    ("最多出到1万2", [Budget(None, 12000)]),
    ("我只能接受4000元左右的", [Budget(4000, 4000)]),
    ("打算花六千块", [Budget(6000, 6000)]),
    ("手头只有2000块", [Budget(2000, 2000)]),
    ("每个月预算800", [Budget(800, 800)]),
    ("预算１０，０００元", [Budget(10000, 10000)]),
    ("预算5000，不，8000", [Budget(8000, 8000)]),
    ("预算至少2万", [Budget(20000, None)]),
    ("心理价位3980", [Budget(3980, 3980)]),
    ("你们3980太贵了", []),
    ("原价5000现在多少", []),
    ("已经交了500定金", []),
    ("预算不是问题", []),
    ("没有预算", []),
    ("满5000减300吗", []),
    ("我月薪8000", []),
    ("5个人以内有优惠吗", []),
    ("10分钟以内回复我", []),
    ("最多3个孩子一起", []),
    ("最多能等到12月", []),
    ("我在别家花了3000", []),
]


@pytest.mark.parametrize(("text", "expected"), BUDGETS)
def test_reads_budgets(text: str, expected: list[Budget]) -> None:
    assert budgets(text) == expected
