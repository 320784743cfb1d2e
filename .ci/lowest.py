"""Prints the lowest version that pyproject.toml allows of each dependency, as constraints for pip."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
for requirement in project["dependencies"] + project["optional-dependencies"]["test"]:
    name, version = re.fullmatch(r"([A-Za-z0-9_-]+)(?:>=|==)([0-9.]+)(?:,<[0-9.]+)?", requirement).groups()
    print(f"{name}=={version}")
