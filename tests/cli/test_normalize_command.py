import csv
import json
import stat
from pathlib import Path

import pytest
from conftest import Cli

TEXT = "Then the s86b5p rain begins, bills pour down on her/him and she/he laughs."
TOML = f'model = "wan2.2-i2v-flash"\n\n[effect]\ntrigger = "s86b5p"\ntext = "{TEXT}"\nabsent_in = ["clip_9.mp4"]\n'
HER = "Then the s86b5p rain begins, bills pour down on her and she laughs."
HIM = HER.replace("her", "him").replace("she", "he")


def write(folder: Path, *lines: str, toml: str | None = TOML) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "data.jsonl").write_bytes("".join(lines).encode("utf-8", "surrogatepass"))
    if toml:
        (folder / "datasetkit.toml").write_text(toml)
    return folder


def line(prompt: str, **more: str) -> str:
    return json.dumps({"prompt": prompt, "first_frame_path": "a.jpg", **more}, ensure_ascii=False) + "\n"


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """One line that is right, one to change, one to leave, one without the effect on purpose, one that is no JSON."""
    return write(
        tmp_path / "set",
        line(f"A woman by a wall. {HER}"),
        line(f"A man in a bank. {HER}"),
        line(f"A woman and her dog. {HER}"),
        line("A man  stands still.", video_path="clip_9.mp4"),
        "{broken\n",
    )


def test_without_write_it_shows_what_would_change_and_changes_nothing(cli: Cli, mixed: Path) -> None:
    before = (mixed / "data.jsonl").read_bytes()
    ran = cli("normalize", mixed)
    assert ran.code == 1
    heading, *rows = ran.out.splitlines()
    assert heading == f"{mixed}  4 prompts: 2 to change, 1 skipped"
    assert rows[0] == "  line 2: … pour down on [-her-] {+him+} and [-she-] {+he+} laughs."
    assert rows[1].startswith('  line 3: skipped: "woman" is one of several subjects')
    assert rows[2] == "  line 4: white space"
    assert rows[3] == "  1 line can't be read: see `datasetkit lint`"
    assert rows[-2:] == ["[effect.persons]", '"a.jpg" = "she/he"  # A woman and her dog.']
    assert (mixed / "data.jsonl").read_bytes() == before


def test_with_write_only_the_prompts_change(cli: Cli, mixed: Path) -> None:
    ran = cli("normalize", mixed, "--write")
    assert ran.code == 0
    assert f"wrote 2 prompts to {mixed / 'data.jsonl'}" in ran.err
    assert (mixed / "data.jsonl").read_text("utf-8") == "".join(
        [
            line(f"A woman by a wall. {HER}"),
            line(f"A man in a bank. {HIM}"),
            line(f"A woman and her dog. {HER}"),
            line("A man stands still.", video_path="clip_9.mp4"),
            "{broken\n",
        ]
    )
    assert cli("normalize", mixed).code == 0


def test_every_other_byte_stays(cli: Cli, tmp_path: Path) -> None:
    """Key order, spacing, escapes, line ends, a BOM, blank lines and the missing last line break."""
    other = '{ "video_path" : "v.mp4",\t"prompt":"A man waits. \\u00e9. ' + HER + '" , "n":1.50e3}\r\n\r\n'
    folder = write(tmp_path / "set", "\ufeff", other, line(f"A woman. {HER}").rstrip("\n"))
    before = (folder / "data.jsonl").read_bytes()
    assert cli("normalize", folder, "--write").code == 0
    assert (folder / "data.jsonl").read_bytes() == before.replace(HER.encode(), HIM.encode(), 1)


def test_the_mode_of_the_file_stays(cli: Cli, mixed: Path) -> None:
    (mixed / "data.jsonl").chmod(0o640)
    cli("normalize", mixed, "--write")
    assert stat.S_IMODE((mixed / "data.jsonl").stat().st_mode) == 0o640
    assert sorted(path.name for path in mixed.iterdir()) == ["data.jsonl", "datasetkit.toml"]


def test_text_behind_the_effect_is_kept_and_a_finding(cli: Cli, tmp_path: Path) -> None:
    folder = write(tmp_path / "set", line(f"A woman by a wall. {HER} Shot on film at dusk."))
    assert cli("normalize", folder).code == 0
    linted = cli("lint", folder, "--select", "P")
    assert 'P604 effect-drift  text after the effect: "Shot on film at dusk."' in linted.out


def test_without_a_declared_effect_it_says_how_to_find_one(cli: Cli, tmp_path: Path) -> None:
    ran = cli("normalize", write(tmp_path / "set", line("A woman."), toml=None))
    assert ran.code == 2
    assert "--infer" in ran.err


def test_a_zip_is_never_changed(cli: Cli, mixed: Path, tmp_path: Path) -> None:
    import shutil

    archive = shutil.make_archive(str(tmp_path / "set"), "zip", mixed)
    assert cli("normalize", archive).code == 1
    ran = cli("normalize", archive, "--write")
    assert ran.code == 2
    assert "is a zip, which is never changed" in ran.err


def test_lint_and_normalize_agree(cli: Cli, mixed: Path) -> None:
    (mixed / "data.jsonl").write_text("".join((mixed / "data.jsonl").read_text().splitlines(True)[:3]))
    assert "P605" in cli("lint", mixed, "--select", "P").out
    cli("normalize", mixed, "--write")
    assert "no problems found" in cli("lint", mixed, "--select", "P").out


WHO = [
    line(f"A nurse in blue scrubs stands in a long hospital corridor with green doors. {HER}", video_path="v 1.mp4"),
    line(f"A chef waits. {HER}", first_frame_path="b.jpg"),
    line(f"A man in a bank. {HER}"),
]


class TestAsking:
    def test_the_block_can_be_pasted_and_asks_again_until_a_person_is_chosen(self, cli: Cli, tmp_path: Path) -> None:
        folder = write(tmp_path / "set", *WHO)
        block = cli("normalize", folder, "--write").out.split("\n\n")[1]
        assert block == (
            '[effect.persons]\n"v 1.mp4" = "she/he"  # A nurse in blue scrubs stands in a long hospital corridor with\n'
            '"b.jpg" = "she/he"  # A chef waits.\n'
        )
        (folder / "datasetkit.toml").write_text(TOML + block)
        again = cli("normalize", folder).out
        assert again.endswith(f"Choose a pronoun in {folder / 'datasetkit.toml'} for: v 1.mp4, b.jpg\n")
        (folder / "datasetkit.toml").write_text(TOML + block.replace('"she/he"  # A nurse', '"he"  # A nurse'))
        assert cli("normalize", folder, "--write").code == 0
        assert json.loads((folder / "data.jsonl").read_text().splitlines()[0])["prompt"].endswith(HIM)

    def test_a_table_that_is_there_is_added_to(self, cli: Cli, tmp_path: Path) -> None:
        """TOML refuses the same table or key twice, so what is there is not printed again."""
        ours = '[effect.persons]\n"v 1.mp4" = "she/he"\n'
        folder = write(tmp_path / "set", *WHO, toml=f"{TOML}{ours}[ignore]\nV407 = 'known'\n")
        said, block = cli("normalize", folder).out.split("\n\n")
        assert "for: v 1.mp4\n" in said
        assert said.endswith(
            f"below [effect.persons] in {folder / 'datasetkit.toml'}, and choose one pronoun in each line:"
        )
        assert block == '"b.jpg" = "she/he"  # A chef waits.\n'
        toml = (folder / "datasetkit.toml").read_text()
        (folder / "datasetkit.toml").write_text(toml.replace(ours, ours + block))
        assert "for: v 1.mp4, b.jpg\n" in cli("normalize", folder).out

    def test_a_table_is_asked_for_filled_in_and_taken_back(self, cli: Cli, tmp_path: Path) -> None:
        folder = write(tmp_path / "set", *WHO, toml=f"# mine\n{TOML}# end\n")
        table = tmp_path / "who.csv"
        assert "wrote 2 questions" in cli("normalize", folder, "--ask", table).err
        rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
        assert [(row["file"], row["line"], row["candidates"], row["person"]) for row in rows] == [
            ("v 1.mp4", "1", "she/he", ""),
            ("b.jpg", "2", "she/he", ""),
        ]
        assert "--answers" in cli("normalize", folder, "--ask", table).err  # filled-in tables are not overwritten
        table.write_text("file;person\nv 1.mp4;he\nb.jpg; She \n")
        assert cli("normalize", folder, "--answers", table).code == 1
        assert (folder / "datasetkit.toml").read_text() == f"# mine\n{TOML}# end\n"
        assert cli("normalize", folder, "--answers", table, "--write").code == 0
        toml = (folder / "datasetkit.toml").read_text()
        assert toml.startswith(f"# mine\n{TOML}")
        assert '[effect.persons]\n"v 1.mp4" = "he"\n"b.jpg" = "she"\n' in toml
        again = cli("normalize", folder)
        assert again.out == f"{folder}  3 prompts: 0 to change, 0 skipped\n"
        assert cli("normalize", folder, "--answers", table, "--write").out == again.out
        assert (folder / "datasetkit.toml").read_text() == toml
        assert "every subject is clear" in cli("normalize", folder, "--ask", tmp_path / "again.csv").err
        assert not (tmp_path / "again.csv").exists()
        assert cli("lint", folder, "--select", "P60").out.endswith("s\n")

    @pytest.mark.parametrize(
        ("table", "says"),
        [
            ("file,person\nv 1.mp4,them\n", "row 2"),
            ("file,person\nv 1.mp4,it\n", 'v 1.mp4 is answered "it", but the effect text has only she and he forms'),
            ("file,person\nother.mp4,he\n", "there is an answer for other.mp4, but no line uses that file"),
            ("name,who\n", "no columns file and person"),
            (None, "can't read"),
        ],
    )
    def test_a_table_that_can_not_be_used_says_why_and_changes_nothing(
        self, cli: Cli, tmp_path: Path, table: str | None, says: str
    ) -> None:
        folder = write(tmp_path / "set", *WHO)
        if table is not None:
            (tmp_path / "who.csv").write_text(table)
        before = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
        ran = cli("normalize", folder, "--answers", tmp_path / "who.csv", "--write")
        assert ran.code == 2
        assert says in ran.err
        assert [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())] == before

    def test_names_beat_globs_and_a_later_glob_an_earlier_one(self, cli: Cli, tmp_path: Path) -> None:
        persons = '[effect.persons]\n"b.jpg" = "he"\n"*.mp4" = "she"\n"*" = "she"\n"v*" = "he"\n'
        folder = write(tmp_path / "set", *WHO, toml=TOML + persons)
        cli("normalize", folder, "--write")
        ends = [json.loads(row)["prompt"][-12:] for row in (folder / "data.jsonl").read_text().splitlines()]
        assert ends == [HIM[-12:], HIM[-12:], HER[-12:]]

    def test_append_adds_the_effect_once(self, cli: Cli, tmp_path: Path) -> None:
        folder = write(tmp_path / "set", line("A woman by a wall"), line(f"A man waits. {HIM}"), line("A nurse."))
        assert "--append" in cli("normalize", folder).out
        assert cli("normalize", folder, "--append", "--write").code == 0
        text = line(f"A woman by a wall. {HER}") + line(f"A man waits. {HIM}") + line("A nurse.")
        assert (folder / "data.jsonl").read_text() == text
        assert cli("normalize", folder, "--append").code == 0


class TestEffect:
    def test_it_is_found_written_and_then_declared(self, cli: Cli, tmp_path: Path) -> None:
        lines = [line(f"A {who} {place}. {HER}") for who, place in (("woman", "by a wall"), ("girl", "at sea"))]
        folder = write(tmp_path / "set", *lines, line(f"A man in a bank. {HIM}"), toml='model = "wan2.6-i2v"')
        ran = cli("effect", folder, "--infer", "--write")
        assert ran.code == 0
        assert f"text     {TEXT}" in ran.out
        written = (folder / "datasetkit.toml").read_text()
        assert written.startswith('model = "wan2.6-i2v"\n\n[effect]\ntrigger = "s86b5p"\n')
        assert cli("normalize", folder).code == 0
        assert cli("effect", folder, "--infer", "--write").code == 2

    def test_a_text_is_declared_and_the_rest_of_the_file_stays(self, cli: Cli, tmp_path: Path) -> None:
        before = '# mine\nmodel = "wan2.6-i2v" # why\n'
        folder = write(tmp_path / "set", line("A woman."), toml=before)
        arguments = ("effect", folder, "--trigger", "s86b5p", "--text", TEXT)
        assert cli(*arguments).out.splitlines() == [f"she: {HER}", f"he: {HIM}"]
        assert cli(*arguments, "--write").code == 0
        written = (folder / "datasetkit.toml").read_text()
        assert written.startswith(before)
        assert f'[effect]\ntrigger = "s86b5p"\ntext = "{TEXT}"\n' in written
        assert cli(*arguments, "--write").code == 2

    def test_drafts_share_no_effect(self, cli: Cli, tmp_path: Path) -> None:
        folder = write(tmp_path / "set", *[line("[describe subject and background]")] * 3, toml=None)
        ran = cli("effect", folder, "--infer")
        assert (ran.code, "all 3 prompts are still drafts" in ran.out) == (1, True)

    def test_outliers_are_named_with_line_and_distance(self, cli: Cli, tmp_path: Path) -> None:
        places = ["by a wall", "at sea", "in a bank", "on a roof"]
        lines = [line(f"A woman {place}. {HER}") for place in places]
        folder = write(
            tmp_path / "set", *lines, line(f"A girl at home. {HER.replace('pour', 'slowly pour')}"), toml=None
        )
        ran = cli("effect", folder, "--infer")
        assert "line 5: differs from the effect text: … begins, bills [-slowly-] pour down …" in ran.out
        assert "add --write" in ran.err

    def test_other_capitals_and_extra_sentences_are_listed(self, cli: Cli, tmp_path: Path) -> None:
        lines = [line(f"A woman {place}. {HER}") for place in ("by a wall", "at sea", "in a bank", "on a roof")]
        lines += [line(f"A girl. {HER.upper()}"), line(f"A man. {HIM} Shot on film.")]
        ran = cli("effect", write(tmp_path / "set", *lines, toml=None), "--infer")
        assert "found word for word in 5 of 6 prompts" in ran.out
        assert 'line 5: "S86B5P" should be "s86b5p" (capitals differ)' in ran.out
        assert 'line 6: text after the effect: "Shot on film."' in ran.out

    def test_a_shared_text_without_a_trigger_gets_one_proposed(self, cli: Cli, tmp_path: Path) -> None:
        plain = HER.replace("s86b5p ", "")
        lines = [line(f"A {who} waits. {plain}") for who in ("nun", "girl", "queen")]
        ran = cli("effect", write(tmp_path / "set", *lines, toml=None), "--infer")
        assert ran.code == 1
        assert f"text     {TEXT.replace('s86b5p ', '')}" in ran.out
        assert "choose a trigger word, and declare the text with --trigger " in ran.out

    def test_no_common_effect_is_said(self, cli: Cli, tmp_path: Path) -> None:
        folder = write(tmp_path / "set", *(line(f"A {who} waits.") for who in ("cat", "dog", "fox", "cow")), toml=None)
        ran = cli("effect", folder, "--infer")
        assert ran.code == 1
        assert "no effect found: the prompts share no text" in ran.out

    def test_the_deployment_is_json_whatever_quotes_the_text_has(self, cli: Cli, tmp_path: Path) -> None:
        text = TEXT.replace("laughs", "shouts 'yes' and laughs")
        toml = f'[effect]\ntrigger = "s86b5p"\ntext = """{text.replace("yes", chr(34) + "yes" + chr(34))}"""\n'
        prompt = f"A woman. {text}".replace("her/him", "her").replace("she/he", "she").replace("yes", '"yes"')
        ran = cli("effect", write(tmp_path / "set", line(prompt), toml=toml), "--deployment")
        config = json.loads(ran.out)["aigc_config"]
        assert config["lora_prompt_default"] == text.replace("yes", '"yes"')
        assert config["use_input_prompt"] is False
        assert config["prompt"].endswith(prompt)

    def test_a_subject_gets_its_prompt(self, cli: Cli, mixed: Path) -> None:
        assert cli("effect", mixed, "--subject", "A man in a bank").out == f"A man in a bank. {HIM}\n"
        assert "The subject is empty" in cli("effect", mixed, "--subject", " ").err
        assert "can't tell the subject's pronoun" in cli("effect", mixed, "--subject", "A woman and her dog.").err

    def test_the_declared_effect_is_shown_for_each_person(self, cli: Cli, mixed: Path) -> None:
        assert cli("effect", mixed).out.splitlines() == [f"she: {HER}", f"he: {HIM}"]

    def test_triggers_are_judged_and_proposed(self, cli: Cli) -> None:
        assert "a common English word (162 per million" in cli("effect", "--trigger", "fire").out
        assert cli("effect", "--trigger", "fire").code == 1
        assert "isn't an English word" in cli("effect", "--trigger", "s86b5p").out
        assert cli("effect", "--suggest", "3").out != cli("effect", "--suggest", "3").out
        first = cli("effect", "--suggest", "3", "--seed", "7").out
        assert len(first.split()) == 3
        assert cli("effect", "--suggest", "3", "--seed", "7").out == first

    @pytest.mark.parametrize(
        "arguments", [("effect",), ("effect", ".", "--write"), ("effect", "gone"), ("effect", "--suggest", "0")]
    )
    def test_what_can_not_be_run_says_why(self, cli: Cli, arguments: tuple[str, ...]) -> None:
        ran = cli(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err
