"""Measures how long the language server takes from a keystroke to what it says of the file.

    server.py                 every shape: terraform, ansible, dockerfile
    server.py --keystrokes 400

A client speaks with `iaclint server` over standard input and output, as an editor does, and types into the middle of an
open file: a 500-line Terraform file in a module of 100 files, a 300-line task file in a role, a 60-line Dockerfile.
Time is by the clock, from the change being sent to its diagnostics having arrived. Shown are the median and the 95th
percentile in milliseconds; the exit code is 1 when the latter is above 50.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tests.server.editor import Editor  # noqa: E402

LIMIT = 50.0
"""Milliseconds for the 95th percentile: about three frames."""


def terraform(folder: Path) -> str:
    """A module of 100 files; the one that is edited has 500 lines."""
    unit = """resource "aws_s3_bucket" "b{n}" {{
  bucket = "${{var.prefix}}-{n}"
}}

resource "aws_s3_bucket_versioning" "b{n}" {{
  bucket = aws_s3_bucket.b{n}.id

  versioning_configuration {{
    status = var.versioned ? "Enabled" : "Suspended"
  }}
}}

resource "aws_security_group" "g{n}" {{
  name   = "${{local.name}}-{n}"
  vpc_id = var.vpc

  ingress {{
    from_port   = {n}
    to_port     = {n}
    protocol    = "tcp"
    cidr_blocks = local.office
  }}
}}

resource "aws_ebs_volume" "v{n}" {{
  availability_zone = "eu-central-1a"
  size              = {n}
  encrypted         = true
}}

"""
    (folder / "variables.tf").write_text(
        'variable "prefix" {\n  default = "acme"\n}\n\nvariable "versioned" {\n  default = true\n}\n'
        '\nvariable "vpc" {}\n'
    )
    (folder / "locals.tf").write_text(
        'locals {\n  name   = upper(var.prefix)\n  office = ["198.51.100.0/24", "203.0.113.0/24"]\n}\n'
    )
    for number in range(97):
        (folder / f"part{number:02}.tf").write_text(unit.format(n=1000 + number))
    lines = "".join(unit.format(n=number) for number in range(1, 17)).splitlines(keepends=True)[:500]
    (folder / "main.tf").write_text("".join(lines))
    return "main.tf"


def ansible(folder: Path) -> str:
    """A role whose tasks are 300 lines."""
    role = folder / "roles" / "web"
    for part in ("tasks", "defaults", "handlers", "vars"):
        (role / part).mkdir(parents=True)
    (folder / "site.yml").write_text("- hosts: all\n  roles:\n    - web\n")
    (role / "defaults" / "main.yml").write_text("web_port: 80\nweb_user: www-data\nweb_mode: '0644'\n")
    (role / "handlers" / "main.yml").write_text("- name: restart\n  ansible.builtin.service:\n    name: nginx\n")
    task = """- name: Configuration {n}
  ansible.builtin.template:
    src: site{n}.j2
    dest: /etc/nginx/site{n}
    owner: root
    mode: "{{{{ web_mode }}}}"
  notify: restart

- name: Run {n}
  ansible.builtin.command: nginx -t -c /etc/nginx/site{n}
  changed_when: false

"""
    text = "".join(task.format(n=number) for number in range(25))
    (role / "tasks" / "main.yml").write_text("".join(text.splitlines(keepends=True)[:300]))
    return "roles/web/tasks/main.yml"


def dockerfile(folder: Path) -> str:
    """Sixty lines, two stages."""
    lines = ["FROM debian:12.5 AS build", "WORKDIR /src"]
    lines += [f"RUN apt-get update && apt-get install -y --no-install-recommends tool{n}=1.{n}" for n in range(27)]
    lines += ["FROM debian:12.5", "COPY --from=build /src /app", "WORKDIR /app"]
    lines += [f"ENV NAME{n}=value{n}" for n in range(25)]
    lines += ["USER 1000", "HEALTHCHECK CMD true", 'CMD ["/app/run"]']
    (folder / "Dockerfile").write_text("\n".join(lines[:60]) + "\n")
    return "Dockerfile"


SHAPES = {"terraform": terraform, "ansible": ansible, "dockerfile": dockerfile}


async def measure(folder: Path, name: str, keystrokes: int) -> list[float]:
    """Milliseconds of each keystroke: a comment grows and shrinks in the middle of the file."""
    times = []
    async with Editor(folder) as editor:
        text = (folder / name).read_text()
        middle = text.index("\n", len(text) // 2)
        # a comment on a line of its own, where no line is continued
        while text[middle - 1] == "\\" or text[middle + 1 : middle + 2] in (" ", "\n", ""):
            middle = text.index("\n", middle + 1)
        await editor.open(name, text[: middle + 1] + "#@\n" + text[middle + 1 :])
        await asyncio.sleep(1.5)
        for number in range(keystrokes):
            started = time.perf_counter()
            await editor.type(name, *(("@", "x@") if number % 2 == 0 else ("x@", "@")))
            times.append((time.perf_counter() - started) * 1000)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=SHAPES, help="one shape only")
    parser.add_argument("--keystrokes", type=int, default=200, help="that count (200)")
    arguments = parser.parse_args()
    is_slow = False
    print(f"{'shape':12} {'keystrokes':>10} {'p50 ms':>8} {'p95 ms':>8} {'most':>8}")
    for shape in [arguments.shape] if arguments.shape else SHAPES:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary).resolve()
            name = SHAPES[shape](folder)
            times = asyncio.run(measure(folder, name, arguments.keystrokes + 5))[5:]
        late = statistics.quantiles(times, n=20)[-1]
        is_slow = is_slow or late > LIMIT
        print(f"{shape:12} {len(times):>10} {statistics.median(times):>8.1f} {late:>8.1f} {max(times):>8.1f}")
    sys.exit(1 if is_slow else 0)


if __name__ == "__main__":
    main()
