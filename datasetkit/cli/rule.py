"""`datasetkit rule`."""

from __future__ import annotations

import difflib

import click

from datasetkit.cli.terminal import echo
from datasetkit.errors import DatasetkitError
from datasetkit.printable import Printable, joined, lines, styled
from datasetkit.report.columns import table
from datasetkit.rules import REGISTRY, Rule


@click.command(name="rule")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain a rule, or list them all.

    \b
    Example:
      datasetkit rule V407
    """
    if code is None:
        for row in table([(r.code, r.name, str(r.severity), r.doc.splitlines()[0]) for r in _sorted()]):
            echo(row)
    else:
        echo(_page(_find(code)))


def _sorted() -> list[Rule]:
    return sorted(REGISTRY.values(), key=lambda rule: rule.code)


def _find(code: str) -> Rule:
    for rule in REGISTRY.values():
        if code.upper() == rule.code or code.lower() == rule.name:
            return rule
    near = difflib.get_close_matches(code.upper(), REGISTRY, 1)
    raise DatasetkitError(
        f"no rule is called {code}", f"Did you mean {near[0]}?" if near else "`datasetkit rule` lists them."
    )


def _page(rule: Rule) -> Printable:
    heading = styled(Printable(f"{rule.code} {rule.name}"), bold=True)
    basis = Printable(f"  ({rule.severity}, {rule.basis})")
    return lines([joined([heading, basis]), Printable(""), *map(Printable, rule.doc.splitlines())])
