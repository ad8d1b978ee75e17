"""The verbs of YAML change what they say and nothing else, or are withheld."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from iaclint.edits.edit import Edit, apply
from iaclint.edits.fix import Draft, Effect, Unsupplied, Withheld
from iaclint.fixers.yaml import carry_out, effect_of_scalar_edits, prove
from iaclint.model.block import Argument, Block, Document
from iaclint.model.intent import Append, Expression, Needed, New, NewBlock, Remove, ReplaceText, Set, Step
from iaclint.model.value import Value, missing
from iaclint.parsers.yaml import YamlNode, parse
from iaclint.source import Source, Span


def value_of(document: Document, node: YamlNode, key: YamlNode | None, holder: Block | Value) -> Value:
    """A Value as the Ansible parser builds it."""
    plain = node.plain() if node.kind == "scalar" else None
    value = Value(
        "missing" if node.kind == "scalar" and plain is None else "string",
        plain, document, node.content_span if node.style in ("|", ">") else node.span,
        name=key.value if key else "", name_span=key.span if key else None, holder=holder,
    )
    if node.kind == "mapping":
        value.kind, value.data = "map", {k.value: value_of(document, v, k, value) for k, v in node.pairs}
    elif node.kind == "sequence":
        value.kind, value.data = "list", [value_of(document, item, None, value) for item in node.items]
    elif isinstance(plain, bool):
        value.kind = "bool"
    return value


def block_of(document: Document, node: YamlNode, kind: str, type: str, parent: Block | None) -> Block:
    block = Block(document, kind, type, span=node.span, header_span=node.span, parent=parent, node=node)
    for key, below in node.pairs:
        block.arguments[key.value] = Argument(
            block, key.value, key.span, Span(key.span.start, below.span.end), below,
            value_of(document, below, key, block),
        )
    if not node.pairs and "=" in node.value:
        free_form_arguments(document, node, block)
    return block


def free_form_arguments(document: Document, node: YamlNode, block: Block) -> None:
    at = node.content_span.start
    for word in document.source.slice(node.content_span).split(" "):
        name, _, rest = word.partition("=")
        start = at + len(name) + 1
        value = Value("string", rest, document, Span(start, start + len(rest)), name=name,
                      name_span=Span(at, start - 1), holder=block)
        block.arguments[name] = Argument(block, name, Span(at, start - 1), Span(at, start + len(rest)), None, value)
        at += len(word) + 1


def tasks_of(data: bytes) -> Document:
    """A tasks file; the module is the key that is not a task keyword."""
    document = Document(Source("tasks.yml", data), "ansible", "tasks")
    document.tree = parse(document.source)
    root = document.tree.documents[0]
    items = root.items if root.kind == "sequence" else [root]
    for item in items:
        task = block_of(document, item, "task", "task", None)
        for key, below in item.pairs:
            if "." in key.value or key.value in ("copy", "apt", "setup", "file", "shell"):
                task._blocks.append(block_of(document, below, "module", key.value, task))
        document.blocks.append(task)
    return document


def changed(before: bytes, make: Callable[[Block], Step], task: int = 0) -> bytes:
    """The file after one step on a task, once proved."""
    document = tasks_of(before)
    draft = Draft(values={"owner": "root"})
    carry_out(make(document.blocks[task]), draft)
    after = apply(before, draft.edits)
    assert prove(before, after, [effect for _, effect in draft.effects]) is None
    assert prove(before, before, [effect for _, effect in draft.effects]) is not None
    return after


def module(task: Block) -> Block:
    return task.blocks[0]


def set_module(path: str, new: New) -> Callable[[Block], Step]:
    return lambda task: Set(module(task).at(path), new)


SETS: list[tuple[bytes, str, New, bytes]] = [
    (b"- copy:\n    mode: 0777 # why\n", "mode", "0644", b'- copy:\n    mode: "0644" # why\n'),
    (b"- copy:\n    mode: '0777'\n", "mode", "0644", b"- copy:\n    mode: '0644'\n"),
    (b"- copy:\n    src: 'a'\n    mode: 0777\n", "mode", "u=rw", b"- copy:\n    src: 'a'\n    mode: u=rw\n"),
    (b"- copy:\n    src: 'a'\n    mode: 0777\n", "mode", "0600", b"- copy:\n    src: 'a'\n    mode: '0600'\n"),
    (b"- copy: {src: a, mode: 0777}\n", "mode", "0644", b'- copy: {src: a, mode: "0644"}\n'),
    (b"- copy:\r\n    src: a\r\n    mode: 0777\r\n", "mode", "0644",
     b'- copy:\r\n    src: a\r\n    mode: "0644"\r\n'),
    (b"- copy:\n    force: no\n    backup: yes\n", "force", True, b"- copy:\n    force: yes\n    backup: yes\n"),
    (b"---\n- copy:\n    force: no\n", "force", True, b"---\n- copy:\n    force: yes\n"),
    (b"- copy:\n    force: False\n", "force", True, b"- copy:\n    force: True\n"),
    (b"- copy:\n    force: 'no'\n", "force", True, b"- copy:\n    force: true\n"),
    (b"- copy:\n    mode:\n    src: a\n", "mode", "a b", b"- copy:\n    mode: a b\n    src: a\n"),
    (b"- copy:\n    mode: ~\n", "mode", "yes", b'- copy:\n    mode: "yes"\n'),
    (b"- copy:\n    content: |\n      x\n      y\n\n    src: a\n", "content", "z",
     b"- copy:\n    content: z\n\n    src: a\n"),
    (b"- copy:\n    list:\n    - a\n    - b\n    src: a\n", "list", ["c", "d: e"],
     b'- copy:\n    list:\n    - c\n    - "d: e"\n    src: a\n'),
    (b"- copy:\n    list: [a, b] # x\n", "list", ["c", "d,e"], b'- copy:\n    list: [c, "d,e"] # x\n'),
    (b"- copy:\n    list:\n      - a\n", "list", "b", b"- copy:\n    list: b\n"),
    (b"- copy:\n    list: a # x\n", "list", ["b"], b"- copy:\n    list: [b] # x\n"),
    (b"- copy:\n    list: a\n", "list", {"k": ["v"]}, b"- copy:\n    list:\n      k:\n        - v\n"),
    (b'- copy:\n    src: "{{ a }}"\n', "src", Expression("b['c']"), b"- copy:\n    src: \"{{ b['c'] }}\"\n"),
    (b"- copy:\n    src: a\n", "src", Expression('b["c"]'), b"- copy:\n    src: '{{ b[\"c\"] }}'\n"),
    (b"- copy:\n    src: a", "src", 'tab\t"\n', b'- copy:\n    src: "tab\\t\\"\\n"'),
    (b"- copy:\n    src: &a x\n", "src", "z", b"- copy:\n    src: &a z\n"),
    (b"- copy:\n    src: x\n", "src", Needed("owner", "who", "u-"), b"- copy:\n    src: u-root\n"),
    ("- copy:\n    name: äöü\n    src: x\n".encode(), "src", "ß", "- copy:\n    name: äöü\n    src: ß\n".encode()),
    (b"\xef\xbb\xbf- copy: {src: x}\n", "src", "z", b"\xef\xbb\xbf- copy: {src: z}\n"),
    # free form
    (b"- copy: src=a mode=0777 force=no\n", "mode", "0644", b"- copy: src=a mode=0644 force=no\n"),
    (b'- copy: "src=a mode=0777"\n', "mode", "a b", b"- copy: \"src=a mode='a b'\"\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "path", "new", "after"), SETS)
def test_a_written_value_is_replaced_in_the_habit_of_the_file(before: bytes, path: str, new: New, after: bytes) -> None:
    assert changed(before, set_module(path, new)) == after


CREATES: list[tuple[bytes, str, New, bytes]] = [
    (b"- copy:\n    src: a\n", "mode", "0644", b'- copy:\n    src: a\n    mode: "0644"\n'),
    (b"- copy:\n    src: a", "mode", "0644", b'- copy:\n    src: a\n    mode: "0644"'),
    (b"- copy:\r\n    src: a # x\r\n\r\n# end\r\n", "mode", "m",
     b"- copy:\r\n    src: a # x\r\n    mode: m\r\n\r\n# end\r\n"),
    (b"- copy:\n    src: a\n\n  # about the next\n  when: x\n", "mode", "m",
     b"- copy:\n    src: a\n    mode: m\n\n  # about the next\n  when: x\n"),
    (b"- copy:\n    content: |\n      a\n      # no comment\n\n  when: x\n", "mode", "m",
     b"- copy:\n    content: |\n      a\n      # no comment\n    mode: m\n\n  when: x\n"),
    (b"- copy:\n    content: |+\n      a\n\n\n  when: x\n", "mode", "m",
     b"- copy:\n    content: |+\n      a\n\n\n    mode: m\n  when: x\n"),
    (b"- copy:\n    src:\n  when: x\n", "mode", "m", b"- copy:\n    src:\n    mode: m\n  when: x\n"),
    (b"- copy: {src: a}\n", "mode", "m", b"- copy: {src: a, mode: m}\n"),
    (b"- copy: { src: a, }\n", "mode", "m", b"- copy: { src: a, mode: m, }\n"),
    (b'- copy: {"src": "a"}\n', "mode", "m", b'- copy: {"src": "a", "mode": "m"}\n'),
    (b"- copy: {}\n", "mode", "m", b"- copy: {mode: m}\n"),
    (b"- setup:\n  when: x\n", "mode", "m", b"- setup:\n    mode: m\n  when: x\n"),
    (b"- setup:", "mode", "m", b"- setup:\n    mode: m"),
    (b"- copy:\n    src: a\n", "opts.deep", True, b"- copy:\n    src: a\n    opts:\n      deep: true\n"),
    (b"- copy:\n    opts:\n      a: 1\n    src: a\n", "opts.deep", 2,
     b"- copy:\n    opts:\n      a: 1\n      deep: 2\n    src: a\n"),
    (b"- copy:\n    src: a\n    list:\n    - b\n", "new", ["c", {"d": 1, "e": None}],
     b"- copy:\n    src: a\n    list:\n    - b\n    new:\n    - c\n    - d: 1\n      e: null\n"),
    (b"- copy: src=a\n", "mode", "0644", b"- copy: src=a mode=0644\n"),
    (b"- copy: src=a # x", "mode", "a b", b"- copy: src=a mode='a b' # x"),
    (b"- copy: >\n    src=a\n    dest=b\n  when: x\n", "mode", "0644",
     b"- copy: >\n    src=a\n    dest=b mode=0644\n  when: x\n"),
    (b"- copy: src=a\n", "force", False, b"- copy: src=a force=false\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "path", "new", "after"), CREATES)
def test_a_missing_value_is_written_behind_its_siblings(before: bytes, path: str, new: New, after: bytes) -> None:
    assert changed(before, set_module(path, new)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"- name: a\n  copy:\n    src: a\n# end\n", b"- name: a\n  copy:\n    src: a\n  no_log: true\n# end\n"),
        (b"  - copy: {src: a}\n", b"  - copy: {src: a}\n    no_log: true\n"),
        (b"-   copy: {src: a}\n\n-   setup:\n", b"-   copy: {src: a}\n    no_log: true\n\n-   setup:\n"),
        (b"- {copy: {src: a}}\n", b"- {copy: {src: a}, no_log: true}\n"),
        (b"- shell: |\n    a\n", b"- shell: |\n    a\n  no_log: true\n"),
        (b"-\n  shell: a\n  when:\n    - b\n", b"-\n  shell: a\n  when:\n    - b\n  no_log: true\n"),
    ],
)
def test_a_task_keyword_goes_behind_the_last_key_of_the_task(before: bytes, after: bytes) -> None:
    assert changed(before, lambda task: Set(missing(task, ("no_log",)), True)) == after


REMOVES: list[tuple[bytes, str, bytes]] = [
    (b"- copy:\n    src: a\n    mode: m # x\n    dest: b\n", "mode", b"- copy:\n    src: a\n    dest: b\n"),
    (b"- copy:\n    src: a\n    mode: m", "mode", b"- copy:\n    src: a"),
    (b"- copy:\r\n    src: a\r\n    mode: m", "mode", b"- copy:\r\n    src: a"),
    (b"- copy:\n    src: |\n      a\n      b\n\n    mode: m\n", "src", b"- copy:\n\n    mode: m\n"),
    (b"- copy: {src: a, mode: m}\n", "src", b"- copy: {mode: m}\n"),
    (b"- copy: {src: a, mode: m}\n", "mode", b"- copy: {src: a}\n"),
    (b"- copy:\n    l:\n      - a\n      # c\n      - b\n", "l.*", b"- copy:\n    l:\n      # c\n      - b\n"),
    (b"- copy:\n    l: [a, b]\n", "l.*", b"- copy:\n    l: [b]\n"),
    (b"- copy:\n    l: [a]\n", "l.*", b"- copy:\n    l: []\n"),
    (b"- copy:\n    l:\n    - a\n    s: b\n", "l.*", b"- copy:\n    l: []\n    s: b\n"),
    (b"- copy: src=a mode=m dest=b\n", "mode", b"- copy: src=a dest=b\n"),
    (b"- copy: src=a mode=m\n", "src", b"- copy: mode=m\n"),
]


@pytest.mark.parametrize(("before", "path", "after"), REMOVES)
def test_a_value_goes_with_its_own_line(before: bytes, path: str, after: bytes) -> None:
    assert changed(before, lambda task: Remove(next(module(task).each(path)))) == after


def test_the_first_key_of_a_task_goes_and_the_dash_stays() -> None:
    before = b"- when: x\n  copy: {src: a}\n"

    assert changed(before, lambda task: Remove(task.get("when"))) == b"- copy: {src: a}\n"


def test_a_task_goes_with_its_lines() -> None:
    before = b"- setup:\n- copy:\n    src: a\n- setup:\n"

    assert changed(before, Remove, task=1) == b"- setup:\n- setup:\n"


APPENDS: list[tuple[bytes, New, bytes]] = [
    (b"- copy:\n    l:\n      - a # x\n  when: x\n", "b", b"- copy:\n    l:\n      - a # x\n      - b\n  when: x\n"),
    (b"- copy:\n    l:\n    -   'a'", "b", b"- copy:\n    l:\n    -   'a'\n    -   'b'"),
    (b"- copy:\n    l: [a]\n", "b", b"- copy:\n    l: [a, b]\n"),
    (b"- copy:\n    l: []\n", "b", b"- copy:\n    l: [b]\n"),
    (b"- copy:\n    l:\n", "b", b"- copy:\n    l:\n      - b\n"),
    (b"- copy:\n    l:\n      - a: 1\n", {"a": 2, "b": 3},
     b"- copy:\n    l:\n      - a: 1\n      - a: 2\n        b: 3\n"),
    (b"- copy:\n    s: a\n", "b", b"- copy:\n    s: a\n    l:\n      - b\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "new", "after"), APPENDS)
def test_an_element_is_added_at_the_end(before: bytes, new: New, after: bytes) -> None:
    assert changed(before, lambda task: Append(module(task).get("l"), new)) == after


REPLACES: list[tuple[bytes, str, str, bytes]] = [
    (b"- copy:\n    src: http://x # c\n", "http:", "https:", b"- copy:\n    src: https://x # c\n"),
    (b"- copy:\n    src: 'it''s x'\n", "it's", "that's", b"- copy:\n    src: 'that''s x'\n"),
    (b'- copy:\n    src: "a\\tb"\n', "\tb", '"c"', b'- copy:\n    src: "a\\"c\\""\n'),
    (b"- copy:\n    src: |\n      a\n        b\n      c\n", "  b\nc", "d\ne",
     b"- copy:\n    src: |\n      a\n      d\n      e\n"),
    (b"- copy:\n    src: >-\n      a\n      b\n", "a b", "c", b"- copy:\n    src: >-\n      c\n"),
    (b"- copy: src=http://x mode=m\n", "http:", "https:", b"- copy: src=https://x mode=m\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "old", "new", "after"), REPLACES)
def test_a_part_of_a_text_is_replaced_as_its_style_needs(before: bytes, old: str, new: str, after: bytes) -> None:
    assert changed(before, lambda task: ReplaceText(module(task).get("src"), old, new)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"- copy: {src: a}\n", b"- copy: {src: a}\n- name: new\n  ansible.builtin.file:\n    path: p\n"),
        (b"  - copy:\n      src: a\n\n  - setup:\n# x",
         b"  - copy:\n      src: a\n\n  - name: new\n    ansible.builtin.file:\n      path: p\n\n  - setup:\n# x"),
        (b"- setup:\r\n", b"- setup:\r\n- name: new\r\n  ansible.builtin.file:\r\n    path: p\r\n"),
    ],
)  # fmt: skip
def test_a_new_task_stands_behind_its_subject(before: bytes, after: bytes) -> None:
    step = NewBlock
    assert (
        changed(before, lambda task: step(task.blocks[0], "ansible.builtin.file", "new", {"path": "p"}, kind="task"))
        == after
    )


WITHHELD: list[tuple[bytes, Callable[[Block], Step]]] = [
    (b"- copy:\n    src: !vault |\n      x\n", set_module("src", "y")),
    (b"- copy: &c\n    src: a\n- copy: *c\n", set_module("src", "y")),
    (b"- copy: &c\n    src: a\n- copy: *c\n", set_module("mode", "y")),
    (b"- copy:\n    l:\n      - a\n      # c\n      - b\n", set_module("l", ["x"])),
    (b"- copy:\n    src: a\n", lambda task: Remove(module(task).get("src"))),
    (b"- shell: curl x\n", set_module("creates", "y")),
    (b"- copy: src={{ a }}\n", set_module("mode", "y")),
    (b"- copy:\n    src: a a\n", lambda task: ReplaceText(module(task).get("src"), "a", "b")),
    (b"- copy:\n    src: a\n", lambda task: ReplaceText(module(task).get("src"), "x", "b")),
    (b"- copy:\n    src: ab\n", lambda task: ReplaceText(module(task).get("src"), "b", "b: c")),
    (b"- copy:\n    src: ab\n", lambda task: ReplaceText(module(task).get("src"), "b", "b #c")),
    (b"- copy: {src: ab}\n", lambda task: ReplaceText(module(task).get("src"), "b", "b,c")),
    (b"- {setup: }\n", lambda task: NewBlock(task, "x", "n", {"a": 1}, kind="resource")),
]


@pytest.mark.parametrize(("before", "make"), WITHHELD)
def test_what_is_in_doubt_is_withheld(before: bytes, make: Callable[[Block], Step]) -> None:
    document = tasks_of(before)

    with pytest.raises(Withheld):
        carry_out(make(document.blocks[0]), Draft())


def test_a_value_nobody_supplied_is_asked_for() -> None:
    document = tasks_of(b"- copy:\n    src: a\n")

    with pytest.raises(Unsupplied):
        carry_out(Set(document.blocks[0].blocks[0].get("mode"), Needed("mode", "the mode")), Draft())


def test_two_steps_on_one_scalar_declare_one_effect() -> None:
    before = b"- copy: src=a mode=0777 force=yes\n"
    document = tasks_of(before)
    copy = document.blocks[0].blocks[0]
    draft = Draft()
    carry_out(Set(copy.get("mode"), "0644"), draft)
    carry_out(Set(copy.get("owner"), "root"), draft)
    after = apply(before, draft.edits)

    assert after == b"- copy: src=a mode=0644 force=yes owner=root\n"
    assert prove(before, after, [effect for _, effect in draft.effects]) is None


def test_two_removals_from_one_list_are_proved_together() -> None:
    before = b"- copy:\n    l:\n      - a\n      - b\n      - c\n      - d\n"
    document = tasks_of(before)
    items = document.blocks[0].blocks[0].get("l").items
    draft = Draft()
    carry_out(Remove(items[1]), draft)
    carry_out(Remove(items[2]), draft)
    carry_out(Append(document.blocks[0].blocks[0].get("l"), "e"), draft)
    after = apply(before, draft.edits)

    assert after == b"- copy:\n    l:\n      - a\n      - d\n      - e\n"
    assert prove(before, after, [effect for _, effect in draft.effects]) is None


SET_B = Effect((0, "b"), "set", 1, 2, "b: 1 -> 2")


@pytest.mark.parametrize(
    ("before", "after", "proved"),
    [
        (b"a: 1\nb: 1\n", b"a: 1\nb: 2\n", True),
        (b"a: 1\nb: 1\n", b"a: 2\nb: 2\n", False),
        (b"a: 1\nb: 1\n", b"a: 1\nb: '2'\n", False),
        (b"a: 1 # c\nb: 1\n", b"a: 1\nb: 2\n", False),
        (b"a: 1\nb: 1\n", b"a: 1\nb: 2 # c\n", False),
        (b"a: 1\nb: 1\n", b"a: [\nb: 2\n", False),
        (b"a: true\nb: 1\n", b"a: 1\nb: 2\n", False),
        (b"a: !vault |\n  x\nb: 1\n", b"a: !vault |\n  x\nb: 2\n", True),
        (b"a: !vault |\n  x\nb: 1\n", b"a: !vault |\n  y\nb: 2\n", False),
        (b"a: !unsafe {x: 1}\nb: 1\n", b"a: !unsafe {x: 1}\nb: 2\n", True),
        (b"a: &x {y: 1}\nc: *x\nd: {<<: *x}\nb: 1\n", b"a: &x {y: 1}\nc: *x\nd: {<<: *x}\nb: 2\n", True),
        (b"a: 1\na: 2\nb: 1\n", b"a: 1\na: 2\nb: 2\n", True),
        (b"a:\t1\nb: 1\n", b"a:\t1\nb: 2\n", True),
        (b"a: 2020-01-01\nb: 1\n", b"a: '2020-01-01'\nb: 2\n", False),
    ],
)
def test_the_proof_accepts_the_declared_effect_alone(before: bytes, after: bytes, proved: bool) -> None:
    assert (prove(before, after, [SET_B]) is None) is proved


def test_an_alias_bomb_is_compared_without_expanding_it() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    before = "\n".join([*lines, "b: 1\n"]).encode()

    assert prove(before, before.replace(b"b: 1", b"b: 2"), [SET_B]) is None


def test_edits_within_a_scalar_give_one_effect_on_its_path() -> None:
    document = tasks_of(b"- shell: |\n    a\n    b\n  when: x\n")
    node = document.blocks[0].node.get("shell")

    effect = effect_of_scalar_edits(document, node, [Edit("tasks.yml", Span(15, 16), "c")])

    assert (effect.path, effect.before, effect.after) == ((0, 0, "shell"), "a\nb\n", "c\nb\n")


def test_edits_that_break_the_scalar_are_withheld() -> None:
    document = tasks_of(b"- shell: ab\n  when: x\n")
    node = document.blocks[0].node.get("shell")

    with pytest.raises(Withheld):
        effect_of_scalar_edits(document, node, [Edit("tasks.yml", Span(10, 10), ": ")])
