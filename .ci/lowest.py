"""Prints the lowest version that pyproject.toml allows of each dependency, as constraints for pip."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
extras = project["optional-dependencies"]
for requirement in project["dependencies"] + extras["cluster"] + extras["remote"] + extras["test"]:
    if not requirement.startswith(project["name"]):  # its own extras
        pattern = r"([A-Za-z0-9_-]+)(?:\[[a-z0-9,]+\])?(?:>=|==)([0-9.]+)(?:,<[0-9.]+)?"
        name, version = re.fullmatch(pattern, requirement).groups()
        print(f"{name}=={version}")
