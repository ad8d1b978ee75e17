"""Measures how much of what iaclint finds it can also repair, and whether what it writes is sound.

    fixes.py TREE                              the cases of a conformance tree
    fixes.py TREE --language terraform --provider aws
    fixes.py --fixtures aws identity network   the rules of these packages, over their own fixtures

A conformance tree holds `cases/` and `expected.json`; what counts are the findings in a positive case that bear the id
of the case's query. Of these is shown how many have a complete fix, one that needs a value, or none. Then a copy of the
cases is repaired with `--fix --unsafe-fixes` and the values of `fixes_values.toml`, checked again, and shown is

    gone        findings that are no longer there
    changed     files that the repair changed, and how many of them were `terraform fmt`-clean before and are not now
    added       arguments, blocks and keys that are new, as python-hcl2 and PyYAML read the files, and how many of them
                the tables of the providers and modules do not know there, or which lack what they require
    unreadable  changed files that python-hcl2, PyYAML or iaclint read before and do not now
    unstable    files that a second run changes again

The exit code is 1 when something added is unknown or incomplete, or a file is unreadable or unstable.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from compare import iaclint_command
from known_arguments import Unreadable, added

HERE = Path(__file__).resolve().parent
VALUES = HERE / "fixes_values.toml"
KINDS = ("complete", "needs-value", "none")
Place = tuple[str, str]
"""Path of a file within the tree, and the id of the query it is a positive case of."""


class Positive(NamedTuple):
    """A positive case: the query's id, and what it belongs to."""

    query: str
    language: str
    provider: str


@dataclass(slots=True)
class Tally:
    """What was measured of one language and provider."""

    kinds: Counter[str] = field(default_factory=Counter)
    gone: int = 0
    changed: int = 0
    unformatted: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    unstable: int = 0

    @property
    def findings(self) -> int:
        """All findings that count."""
        return self.kinds.total()

    def __iadd__(self, other: Tally) -> Tally:
        self.kinds += other.kinds
        self.verdicts += other.verdicts
        for name in ("gone", "changed", "unformatted", "unreadable", "unstable"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


# --- running iaclint ------------------------------------------------------------------------------------------------


def findings_in(folder: Path, select: str, *options: str) -> dict[str, Any]:
    """The JSON report on a folder."""
    command = iaclint_command("check", ".", "--select", select, "--output-format", "json", "--exit-zero", *options)
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"iaclint printed no report: {done.stderr.decode(errors='replace')[-300:]}") from None
    return report


def known_ids() -> set[str]:
    """The aliases of all rules."""
    done = subprocess.run(iaclint_command("rules", "--output-format", "json"), capture_output=True, check=True)
    return {alias["id"] for rule in json.loads(done.stdout) for alias in rule["aliases"]}


def repair(folder: Path, select: str, configuration: Path) -> list[str]:
    """Repair a folder in place with the configured values; the lines that say what was withheld."""
    options = ("--fix", "--unsafe-fixes", "--select", select, "--exit-zero", "--config", str(configuration))
    done = subprocess.run(
        iaclint_command("check", ".", *options), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"iaclint failed: {done.stderr.decode(errors='replace')[-300:]}")
    return [line for line in done.stdout.decode(errors="replace").splitlines() if "withheld" in line]


def kind_of(finding: Mapping[str, Any]) -> str:
    """Whether a finding has a complete fix, one that needs a value, or none."""
    if finding["fix"] is not None:
        return "complete"
    return "needs-value" if any(one.get("needs") for one in finding["fixes"]) else "none"


def configuration_for(report: Mapping[str, Any], values: Mapping[str, str], target: Path) -> Path:
    """A configuration that supplies the values, also for names that the report makes up, such as `tag:nginx`."""
    given = {name: text for name, text in values.items() if not name.endswith(":*")}
    asked = {
        need["name"] for finding in report["findings"] for fix in finding["fixes"] for need in fix.get("needs", ())
    }
    for name in asked - given.keys():
        text = values.get(f"{name.partition(':')[0]}:*")
        if text is None:
            print(f"note: there is no value for {name}")
        else:
            given[name] = text
    lines = [f"{json.dumps(name)} = {json.dumps(text)}" for name, text in sorted(given.items())]
    target.write_text("\n".join(["[values]", *lines, ""]), encoding="utf-8")
    return target


# --- cases ----------------------------------------------------------------------------------------------------------


def positives_of(tree: Path, language: str | None, provider: str | None) -> dict[str, Positive]:
    """The positive files by path."""
    positives: dict[str, Positive] = {}
    for query in json.loads((tree / "expected.json").read_text(encoding="utf-8")):
        if language not in (None, query["language"]) or provider not in (None, query["provider"]):
            continue
        for case in query["positives"]:
            path = f"{query['dir']}/{case['case']}/{case['file']}"
            positives[path] = Positive(query["id"], query["language"], query["provider"])
    return positives


def counted(
    report: Mapping[str, Any], positives: Mapping[str, Positive], prefix: str
) -> Iterator[tuple[str, Positive, Mapping[str, Any]]]:
    """The findings of positive cases that bear the id of the query."""
    for finding in report["findings"]:
        path = finding["path"].removeprefix("./")
        case = positives.get(path)
        if case is not None and f"{prefix}{case.query}" in finding["aliases"]:
            yield path, case, finding


def measure(tree: Path, work: Path, args: argparse.Namespace) -> dict[tuple[str, str], Tally]:
    """Check, repair, check again, and compare, group by group."""
    positives = positives_of(tree, args.language, args.provider)
    if not positives:
        raise SystemExit("no positive cases of that language and provider")
    copy = work / "repaired"
    # the case's folder is the one below its query's
    for folder in sorted({Path(*Path(path).parts[:5]) for path in positives}):
        shutil.copytree(tree / folder, copy / folder)
    make_writable(copy)
    shutil.copytree(copy, work / "original")

    select = args.select or ",".join(
        sorted(known_ids() & {f"{args.prefix}{case.query}" for case in positives.values()})
    )
    before = findings_in(copy, select, "--no-config")
    configuration = configuration_for(before, args.values, work / "iaclint.toml")
    withheld = repair(copy, select, configuration)
    after = findings_in(copy, select, "--config", str(configuration))

    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    left = Counter((path, finding["rule"]) for path, _, finding in counted(after, positives, args.prefix))
    told: list[str] = []
    for path, case, finding in counted(before, positives, args.prefix):
        tally = tallies[case.language, case.provider]
        tally.kinds[kind_of(finding)] += 1
        key = (path, finding["rule"])
        if left[key] > 0:
            left[key] -= 1
            told.append(
                f"left: {kind_of(finding):11} {path}:{finding['start']['line']} {finding['rule']}: {finding['message']}"
            )
        else:
            tally.gone += 1
    if args.list:
        print("\n".join([*told, *withheld]))
    inspect(work, before, after, tallies)
    check_again(work, select, configuration, tallies)
    return tallies


def make_writable(folder: Path) -> None:
    """Files copied from a tree that is read only can be repaired."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def group_of(path: str) -> tuple[str, str]:
    """Language and provider: the folders below `cases`."""
    parts = Path(path).parts
    return (parts[1], parts[2]) if len(parts) > 2 else ("", "")


def inspect(
    work: Path, before: Mapping[str, Any], after: Mapping[str, Any], tallies: dict[tuple[str, str], Tally]
) -> None:
    """What the repair wrote: read anew, looked up in the tables, and formatted."""
    old, new = files_of(work / "original"), files_of(work / "repaired")
    broken = syntax_errors(after) - syntax_errors(before)
    messy = unformatted(work / "repaired") - unformatted(work / "original")
    for path in sorted(path for path, data in new.items() if data != old[path]):
        tally = tallies[group_of(path)]
        tally.changed += 1
        tally.unformatted += path in messy
        if path in messy:
            print(f"not formatted: {path}")
        try:
            found = list(added(path, old[path], new[path]))
        except Unreadable as error:
            broken[path] += 1
            print(f"unreadable: {path}: {error}")
            found = []
        tally.unreadable += broken[path] > 0
        tally.verdicts.update(one.verdict for one in found)
        for one in found:
            if one.verdict != "known":
                print(f"{one.verdict}: {path}: {one.where}")


def syntax_errors(report: Mapping[str, Any]) -> Counter[str]:
    """How many syntax errors each file has."""
    return Counter(one["path"].removeprefix("./") for one in report["findings"] if one["rule"] == "syntax-error")


def unformatted(folder: Path) -> set[str]:
    """The Terraform files that `terraform fmt` would change; none where there is no terraform."""
    terraform = shutil.which("terraform")
    if terraform is None:
        return set()
    done = subprocess.run(
        [terraform, "fmt", "-check", "-recursive", "-list=true"], cwd=folder, capture_output=True, check=False
    )
    return set(done.stdout.decode().splitlines())


def check_again(work: Path, select: str, configuration: Path, tallies: dict[tuple[str, str], Tally]) -> None:
    """A second run must change nothing."""
    once = files_of(work / "repaired")
    repair(work / "repaired", select, configuration)
    for path, data in files_of(work / "repaired").items():
        if data != once[path]:
            tallies[group_of(path)].unstable += 1
            print(f"unstable: {path}")


# --- rules over their fixtures --------------------------------------------------------------------------------------


def measure_rules(packages: Iterable[str], work: Path, listed: bool) -> dict[str, Counter[str]]:
    """Of the rules of each package: how many have, in some finding of their fixtures, which kind of fix at best."""
    from iaclint.engine.api import load_all_rules

    fixtures = HERE.parent / "fixtures" / "rules"
    rules = {
        name: rule.origin.removeprefix("iaclint.checks.").partition(".")[0] for name, rule in load_all_rules().items()
    }
    rules = {name: package for name, package in rules.items() if package in set(packages)}
    for name in rules:
        for number, case in enumerate(sorted((fixtures / name).iterdir())):
            if case.suffix not in (".out", ".fixed") and case.name != "values.toml":
                target = work / name / str(number)
                target.mkdir(parents=True)
                if case.is_dir():
                    shutil.copytree(case, target, dirs_exist_ok=True)
                else:
                    shutil.copyfile(case, target / case.name)
    best: dict[str, str] = {}
    for finding in findings_in(work, "all", "--no-config")["findings"]:
        name = finding["rule"]
        if name in rules and Path(finding["path"]).parts[0] == name:
            best[name] = min(best.get(name, "none"), kind_of(finding), key=KINDS.index)
    found: dict[str, Counter[str]] = {package: Counter() for package in packages}
    for name, package in sorted(rules.items()):
        found[package][best.get(name, "none")] += 1
        if listed and best.get(name, "none") == "none":
            print(f"none: {package} {name}")
    return found


# --- telling --------------------------------------------------------------------------------------------------------


def share(part: int, whole: int) -> str:
    """A count and its percentage."""
    return f"{part} ({part / whole:.0%})" if whole else "-"


def print_tallies(tallies: Mapping[tuple[str, str], Tally]) -> Tally:
    """One line a group and one for all; the sum."""
    total = Tally()
    for one in tallies.values():
        total += one
    columns = "{:10} {:11} {:>8} {:>11} {:>11} {:>9} {:>11} {:>13} {:>29} {:>10} {:>8}"
    heads = (
        "language",
        "provider",
        "findings",
        *KINDS,
        "gone",
        "changed (fmt)",
        "added (unknown, incomplete, not listed)",
        "unreadable",
        "unstable",
    )
    print(columns.format(*heads))
    for (language, provider), one in [*sorted(tallies.items()), (("all", ""), total)]:
        verdicts = one.verdicts
        print(
            columns.format(
                language, provider, one.findings, *(share(one.kinds[kind], one.findings) for kind in KINDS),
                share(one.gone, one.findings), f"{one.changed} ({one.unformatted})",
                f"{verdicts.total()} ({verdicts['unknown']}, {verdicts['incomplete']}, {verdicts['unlisted']})",
                one.unreadable, one.unstable,
            )
        )  # fmt: skip
    return total


def print_rules(found: Mapping[str, Counter[str]]) -> None:
    """One line a package and one for all."""
    total: Counter[str] = Counter()
    for one in found.values():
        total += one
    columns = "{:20} {:>6} {:>12} {:>12} {:>12}"
    print(columns.format("package", "rules", *KINDS))
    for package, one in [*sorted(found.items()), ("all", total)]:
        print(columns.format(package, one.total(), *(share(one[kind], one.total()) for kind in KINDS)))


def read_values(path: Path) -> dict[str, str]:
    """The `[values]` of a file."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: str(value) for name, value in table.get("values", {}).items()}


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, nargs="?", help="a conformance tree")
    parser.add_argument("--fixtures", nargs="+", metavar="PACKAGE", help="packages below checks/")
    parser.add_argument("--language")
    parser.add_argument("--provider")
    parser.add_argument("--prefix", default="KICS:", help="what stands before a query's id in an alias [KICS:]")
    parser.add_argument(
        "--values", type=Path, default=VALUES, metavar="FILE", help="values for fixes [fixes_values.toml]"
    )
    parser.add_argument("--select", metavar="RULES", help="the rules to repair [those that bear a query's id]")
    parser.add_argument(
        "--list", action="store_true", help="name the findings that are left, and the rules without fix"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="leave `original` and `repaired` in this new folder"
    )
    args = parser.parse_args()
    if (args.tree is None) == (args.fixtures is None):
        parser.error("give either a conformance tree or --fixtures")
    args.values = read_values(args.values)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        if args.keep is not None:
            work = args.keep.resolve()
            work.mkdir(parents=True)
        if args.fixtures is not None:
            print_rules(measure_rules(args.fixtures, work, args.list))
            return
        total = print_tallies(measure(args.tree.resolve(), work, args))
    bad = total.verdicts["unknown"] + total.verdicts["incomplete"] + total.unreadable + total.unstable
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
