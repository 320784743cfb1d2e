"""No foreign text steers a terminal or a CI runner, whichever way it is put together."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datasetkit.printable import Printable, as_json, joined, lines, styled, unstyled, workflow_command

PACKAGE = Path(__file__).parents[1] / "datasetkit"
HOSTILE = "evil\n::error file=app.js::X\x1b]0;x\x07"
ANY = st.text(st.characters(exclude_categories=[])) | st.sampled_from([HOSTILE, "##[error]x", "  ::error::x", "###[x"])


def is_command(line: str) -> bool:
    """Whether GitHub's runner takes the line for a command (ActionCommand.cs), or Azure's agent does."""
    return line.strip().startswith("::") or re.search(r"##\w*\[", line) is not None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31m", r"a\x1b[31m"),
        ("a\r\nb", r"a\r\nb"),
        ("第1个.mp4", "第1个.mp4"),
        ("a\udce9.jpg", r"a\udce9.jpg"),
        ("a\u202eb\u2066", r"a\u202eb\u2066"),
        ("a\u2028b\x85", r"a\u2028b\x85"),
        ("::error::x", r"\x3a:error::x"),
        ("  ::error::x", r"  \x3a:error::x"),
        ("##[error]x", r"#\x23[error]x"),
        ("a ##vso[task]", r"a #\x23vso[task]"),
        ("## b :: c", r"## b \x3a: c"),
        ("std::vector, fe80::/10, # [a]", "std::vector, fe80::/10, # [a]"),
        (HOSTILE, r"evil\n::error file=app.js::X\x1b]0;x\x07"),
    ],
)
def test_what_could_steer_is_written_out(text: str, shown: str) -> None:
    assert Printable(text) == shown


@given(ANY)
@example(HOSTILE)
def test_printable_text_is_one_harmless_line_and_stays_what_it_is(text: str) -> None:
    shown = Printable(text)
    assert shown.isprintable()
    assert not is_command(shown)
    assert Printable(str(shown)) == shown


@given(st.lists(ANY))
def test_parts_in_a_row_and_in_lines_are_harmless(texts: list[str]) -> None:
    parts = [Printable(text) for text in texts]
    assert not is_command(joined(parts, "  "))
    assert lines(parts).split("\n") == (parts or [""])
    assert unstyled(joined([styled(part, fg="red", bold=True) for part in parts])) == "".join(parts)


@given(ANY, st.booleans())
def test_json_says_the_same_and_no_line_of_it_is_a_command(text: str, ascii_only: bool) -> None:
    written = as_json({text: [text]}, ascii_only=ascii_only)
    assert json.loads(written) == {text: [text]}
    assert all(line.isprintable() and not is_command(line) for line in written.split("\n"))
    assert written.isascii() or not ascii_only


@given(ANY, ANY)
def test_a_workflow_command_is_one(path: str, message: str) -> None:
    command = workflow_command("error", {"file": path}, message)
    assert command.isprintable()
    assert re.fullmatch(r"::error file=[^:,]*::.*", command)


def calls(path: Path) -> list[str]:
    """What a module calls to print, by its name in the source."""
    tree = ast.parse(path.read_text("utf-8"))
    called = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [name for name in called if re.fullmatch(r"print|(click\.)?(echo|secho)|sys\.std(out|err)\.write", name)]


PRINTING = {"terminal.py": {"click.echo"}, "__main__.py": {"print"}}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_terminal_module_prints(path: Path) -> None:
    own_echo = {"echo"} if path.parent.name == "cli" else set()
    assert set(calls(path)) <= PRINTING.get(path.name, set()) | own_echo
