"""Writes a tree of realistic projects to measure on: `generate.py FOLDER [--copies N]`.

Each copy is the example project of the fixtures under names of its own, so that no tool can answer from a
cache of equal files. The same arguments give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parent.parent / "fixtures" / "projects" / "webshop"
LANGUAGES = {"terraform": "terraform", "ansible": "ansible", "dockerfile": "app"}
"""Language -> the part of the example project that holds it."""


def generate(folder: Path, copies: int, languages: tuple[str, ...] = tuple(LANGUAGES)) -> int:
    """Write the copies into a new folder; returns how many bytes were written."""
    written = 0
    for number in range(copies):
        name = f"shop{number:04d}"
        for language in languages:
            part = TEMPLATE / LANGUAGES[language]
            for file in sorted(part.rglob("*")):
                if not file.is_file():
                    continue
                text = file.read_text(encoding="utf-8").replace("webshop", name)
                text = text.replace('"orders"', f'"orders_{number}"').replace(".orders.", f".orders_{number}.")
                target = folder / name / part.name / file.relative_to(part)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
                written += len(text.encode())
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=50)
    arguments = parser.parse_args()
    if arguments.folder.exists():
        parser.error(f"{arguments.folder} is there already")
    print(f"{generate(arguments.folder, arguments.copies)} bytes in {arguments.copies} copies")


if __name__ == "__main__":
    main()
