"""`datasetkit rule`."""

from __future__ import annotations

import click

from datasetkit.cli.terminal import echo
from datasetkit.printable import Printable, joined, lines, styled
from datasetkit.report.columns import table
from datasetkit.rules import REGISTRY
from datasetkit.rules.registry import Rule, find_rule


@click.command(name="rule")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain a rule, or list them all.

    \b
    Example:
      datasetkit rule V407
    """
    echo(_page(find_rule(code)) if code else lines(table([_row(REGISTRY[code]) for code in sorted(REGISTRY)])))


def _row(rule: Rule) -> tuple[str, ...]:
    return rule.code, rule.name, str(rule.severity), rule.doc.splitlines()[0]


def _page(rule: Rule) -> Printable:
    heading = styled(Printable(f"{rule.code} {rule.name}"), bold=True)
    basis = Printable(f"  ({rule.severity}, {rule.basis})")
    return lines([joined([heading, basis]), Printable(""), *map(Printable, rule.doc.splitlines())])
