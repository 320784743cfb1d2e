"""25 Chinese captions, from drafts to a zip with nothing to be found in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chat_server import ChatServer
from drafted import prompts_of

from datasetkit import check
from datasetkit.cli import run

EFFECT = "然后s86b5p金钱雨特效开始，无数美元钞票像暴雨一样倾泻而下，密集地打在她/他身上，她/他向上伸展双臂。"
WHO = [("年轻女子", "她"), ("中年男子", "他"), ("小女孩", "她"), ("小男孩", "他"), ("老奶奶", "她")]
PLACES = ["海边的沙滩", "爬满藤蔓的砖墙", "热闹的夜市", "安静的图书馆", "开满鲜花的花园", "积雪的山坡", "地铁站台"]
CLOTHES = ["红色外套", "深蓝西装", "绿色毛衣", "灰色衬衫"]


def described(number: int) -> str:
    (who, pronoun), place, worn = WHO[number % 5], PLACES[number % 7], CLOTHES[number % 4]
    return f"视频开始时，画面中是一位{who}。{pronoun}穿着{worn}。背景是{place}。\n人称：{pronoun}"


def test_25_chinese_captions_become_a_clean_zip(
    drafts: Callable[..., Path], caption: Callable[..., tuple[int, str, str]], server: ChatServer, tmp_path: Path
) -> None:
    folder = drafts(25, effect=EFFECT)
    server.answer = described
    code, out, err = caption(folder, "--write")
    assert code == 0, out + err
    for number, prompt in enumerate(prompts_of(folder)):
        subject, pronoun = described(number).split("\n人称：")
        assert prompt == subject + EFFECT.replace("她/他", pronoun)
    assert run(["caption", str(folder), "--accept"]) == 0
    archive = tmp_path / "rain.zip"
    assert run(["build", str(folder), "-o", str(archive), "--model", "wan2.2-i2v-flash"]) == 0
    assert [found.message for found in check(archive, config=folder / "datasetkit.toml").findings] == []
