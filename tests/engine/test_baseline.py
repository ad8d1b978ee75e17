"""The baseline: no new finding is hidden and no known one comes back, whatever is edited, moved or renamed."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from iaclint.cli.running import run
from iaclint.engine.baseline import BaselineError, Entry, as_text, pairs, read, words_of
from tests.running import inside

WORDS = [f"{first}{second}" for first in ("alpha", "beta", "gamma", "delta", "omega") for second in "abcdefghijklmnop"]


@dataclass(frozen=True)
class Block:
    """A resource of a made-up project, told apart from all others by what it says."""

    id: int
    path: str
    name: str
    words: tuple[str, ...]

    def text(self) -> str:
        lines = "".join(f"  tag_{index} = {word}\n" for index, word in enumerate(self.words))
        return f'resource "aws_x" "{self.name}" {{\n{lines}  encrypted = false\n}}\n'

    def entry(self) -> Entry:
        return Entry("x", self.path, f"aws_x.{self.name}", "encrypted", words_of(self.text(), ("aws_x", self.name)))


def made(random_: random.Random, id: int) -> Block:
    return Block(id, f"f{random_.randrange(4)}.tf", f"n{id}", tuple(random_.choices(WORDS, k=12)))


def changed(random_: random.Random, block: Block) -> Block:
    """The same block after one of the things people do to it; its file and name may be taken by a later one."""
    match random_.randrange(5):
        case 0:  # edited
            words = list(block.words)
            words[random_.randrange(len(words))] = random_.choice(WORDS)
            return replace(block, words=tuple(words))
        case 1:  # moved, or its file renamed
            return replace(block, path=f"moved{random_.randrange(4)}.tf")
        case 2:  # renamed
            return replace(block, name=f"renamed{block.id}")
        case 3:  # an argument added
            return replace(block, words=(*block.words, random_.choice(WORDS)))
        case _:
            return block


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_no_new_finding_is_hidden_and_no_known_one_comes_back(first: int) -> None:
    for seed in range(first, first + 100):
        random_ = random.Random(seed)
        known = [made(random_, id) for id in range(random_.randrange(1, 12))]
        now = [changed(random_, block) for block in known if random_.random() < 0.8]
        new = [made(random_, 100 + id) for id in range(random_.randrange(4))]
        gone = [block for block in known if block.id not in {one.id for one in now}]
        if gone and random_.random() < 0.5:  # a different one in another file takes the name of one that went
            new.append(replace(made(random_, 200), name=gone[0].name, path="elsewhere.tf"))
        everything = [*now, *new]
        random_.shuffle(everything)

        met = pairs([block.entry() for block in known], [block.entry() for block in everything])

        assert {everything[index].id: known[other].id for index, other in met.items()} == {
            one.id: one.id for one in now
        }, seed


def test_of_equal_findings_one_more_is_one_new() -> None:
    entry = Entry("x", "a", "0/RUN", "", 5)

    assert len(pairs([entry, entry], [entry, entry, entry])) == 2


def test_instruction_with_other_words_is_a_new_finding_and_an_edited_one_is_not() -> None:
    old = Entry("x", "Dockerfile", "0/RUN", "", words_of("RUN apt-get install -y curl wget git make gcc python3 perl"))
    edited = old._replace(words=words_of("RUN apt-get install -y curl wget git make gcc python3 perl vim"))
    other = old._replace(words=words_of("RUN apt-get update && apt-get upgrade --yes nginx; rm -rf /var/lib/apt/lists"))

    assert pairs([old], [edited]) == {0: 0}
    assert pairs([old], [other]) == {}


def test_names_and_secrets_are_no_part_of_the_words(tmp_path: Path) -> None:
    text = 'resource "aws_db_instance" "{name}" {{\n  password = "{secret}"\n  storage_encrypted = false\n}}\n'
    seen = set()
    for name, secret in (("a", "Xk29fj3kQw81LmzP"), ("b", "Zt81mx7pRv30NqwY")):
        (tmp_path / "main.tf").write_text(text.format(name=name, secret=secret))
        with inside(tmp_path):
            assert run(["baseline"]) == 0
        data = (tmp_path / ".iaclint-baseline.json").read_text()
        assert secret not in data
        found = [one for one in json.loads(data)["findings"] if one["argument"] != "password"]
        seen.add(tuple(one["words"] for one in found))
        assert found

    assert len(seen) == 1


def test_file_says_the_same_after_a_round_trip(tmp_path: Path) -> None:
    entries = (Entry("a", "p\udce9", "x.y", "z", 1), Entry("a", "p", "x.y", "z", 2**64 - 1))
    path = tmp_path / "b.json"
    path.write_text(as_text(entries))

    assert read(str(path)).entries == tuple(sorted(entries))
    assert as_text([]) == '{"version": 1, "findings": []}\n'


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "findings": [1]}', "[" * 100_000])
def test_what_is_no_baseline_is_one_clear_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)

    with pytest.raises(BaselineError):
        read(str(path))


BAD = 'resource "aws_ebs_volume" "{}" {{\n  availability_zone = "x"\n  size = {}\n  encrypted = false\n}}\n'
RULE = ("--select", "aws-ebs-volume-unencrypted")


def findings(folder: Path, *words: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    with inside(folder):
        run(["check", *RULE, "--output-format", "json", *words])
    return [one["resource"] for one in json.loads(capsys.readouterr().out)["findings"]]


def test_run_reports_what_is_new_and_the_baseline_shrinks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.tf").write_text(BAD.format("a", 1) + BAD.format("b", 2))
    known = ("--baseline", ".iaclint-baseline.json")
    with inside(tmp_path):
        assert run(["baseline", *RULE]) == 0
        assert run(["check", *RULE, *known]) == 0
    (tmp_path / "one.tf").write_text("# moved down\n\n" + BAD.format("b", 3))
    (tmp_path / "two.tf").write_text(BAD.format("c", 900))

    assert findings(tmp_path, *known, capsys=capsys) == ["aws_ebs_volume.c"]

    left = json.loads((tmp_path / ".iaclint-baseline.json").read_text())["findings"]
    assert [one["address"] for one in left] == ["aws_ebs_volume.b"]
    (tmp_path / "one.tf").write_text(BAD.format("a", 1) + BAD.format("b", 3))
    assert findings(tmp_path, *known, capsys=capsys) == ["aws_ebs_volume.a", "aws_ebs_volume.c"]


def test_run_over_a_part_keeps_the_entries_of_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(BAD.format(name, 1))
    with inside(tmp_path):
        run(["baseline", *RULE])
        before = (tmp_path / ".iaclint-baseline.json").read_bytes()
        run(["check", "one", *RULE, "--baseline", ".iaclint-baseline.json"])
        run(["check", "--select", "latest-image", "--baseline", ".iaclint-baseline.json"])

    assert (tmp_path / ".iaclint-baseline.json").read_bytes() == before


def test_configuration_names_the_baseline_and_jobs_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(6):
        (tmp_path / f"d{number}").mkdir()
        (tmp_path / f"d{number}" / "main.tf").write_text(BAD.format("v", number))
    (tmp_path / "iaclint.toml").write_text('baseline = "known.json"\n')
    with inside(tmp_path):
        run(["baseline", *RULE, "--jobs", "2"])
        parallel = (tmp_path / "known.json").read_bytes()
        run(["baseline", *RULE])

    assert (tmp_path / "known.json").read_bytes() == parallel
    assert findings(tmp_path, capsys=capsys) == []


def test_fixing_with_a_baseline_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with inside(tmp_path):
        assert run(["check", "--fix", "--baseline", "x"]) == 2
        assert run(["check", "--baseline", "x"]) == 2

    assert "x: cannot be read" in capsys.readouterr().err
