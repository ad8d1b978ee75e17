"""An empty typer application with iaclint's commands and options: the least any start-up can cost.

Compare `python benchmarks/noop.py check .` with `iaclint check .`.
"""

from __future__ import annotations

from typing import Annotated

import typer

EXAMPLES = """\b
Examples:
  iaclint check                            check the current folder
  iaclint check --diff                     show what fixing would change
  iaclint check --fix infra/ Dockerfile    apply the safe fixes
  iaclint check --select secret,DL3002     only rules of a tag, and by a peer's id
  iaclint check --output iaclint.sarif --output report.html
  iaclint rule NAME                        explain a rule, with an example

\b
Exit code: 0 nothing to report, 1 findings, 2 the run failed, 3 something could not be checked."""

app = typer.Typer(
    name="iaclint",
    help="Finds security faults in Terraform, Ansible and Dockerfiles, and repairs them in the file.",
    epilog=EXAMPLES,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Words = list[str] | None
Paths = Annotated[Words, typer.Argument(metavar="[PATH]...", help="Files and folders; `-` for standard input.")]
Fix = Annotated[bool, typer.Option("--fix", help="Apply safe fixes.")]
UnsafeFixes = Annotated[bool, typer.Option("--unsafe-fixes", help="With --fix or --diff: those to look at, too.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show what fixing would change; write nothing.")]
Format = Annotated[
    str | None, typer.Option("--output-format", metavar="FORMAT", help="text, json, sarif, github, html ... [text].")
]
Output = Annotated[Words, typer.Option("--output", metavar="FILE", help="Write [FORMAT=]FILE as well; repeatable.")]
Known = Annotated[str | None, typer.Option("--baseline", metavar="FILE", help="Report only what this does not know.")]
Since = Annotated[str | None, typer.Option("--diff-base", metavar="REV", help="Report only what is new since then.")]
Target = Annotated[str | None, typer.Option("--output", metavar="FILE", help="The file [.iaclint-baseline.json].")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it is tolerated.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="The day from which it shows again.")]
Add = Annotated[bool, typer.Option("--add", help="Write the comments.")]
Select = Annotated[Words, typer.Option("--select", metavar="RULES", help="Only these: all, name, glob, tag, alias.")]
Ignore = Annotated[Words, typer.Option("--ignore", metavar="RULES", help="Not these.")]
ExtendSelect = Annotated[Words, typer.Option("--extend-select", metavar="RULES", help="These as well.")]
Level = Annotated[str | None, typer.Option("--severity", metavar="LEVEL", help="Lowest that fails the run [low].")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found or cannot be checked.")]
Jobs = Annotated[int | None, typer.Option("--jobs", metavar="N", min=0, help="Processes; 0 is one for each processor.")]
StdinName = Annotated[str | None, typer.Option("--stdin-filename", metavar="NAME", help="What `-` is called.")]
ConfigFile = Annotated[str | None, typer.Option("--config", metavar="FILE", help="Take the configuration from here.")]
NoConfig = Annotated[bool, typer.Option("--no-config", help="Take no configuration.")]
NoShellCheck = Annotated[bool, typer.Option("--no-shellcheck", help="Leave ShellCheck out where it is installed.")]
Given = Annotated[Words, typer.Option("--value", metavar="NAME=VALUE", help="A value that a fix needs.")]
Var = Annotated[Words, typer.Option("--var", metavar="NAME=VALUE", help="A Terraform variable.")]
VarFile = Annotated[Words, typer.Option("--var-file", metavar="FILE", help="A file of Terraform variables.")]
RuleFormat = Annotated[str, typer.Option("--output-format", metavar="FORMAT", help="text or json.")]
RuleName = Annotated[str, typer.Argument(metavar="NAME", help="A rule's name, or a peer's id for it.")]
Version = Annotated[bool, typer.Option("--version", help="Show the version.")]
Start = Annotated[str, typer.Argument(metavar="[PATH]", help="Show what is in force for this path.")]


@app.callback(invoke_without_command=True)
def top(context: typer.Context, version: Version = False) -> None:
    pass


@app.command(epilog=EXAMPLES)
def check(
    paths: Paths = None,
    fix: Fix = False,
    unsafe_fixes: UnsafeFixes = False,
    diff: Diff = False,
    output_format: Format = None,
    output: Output = None,
    select: Select = None,
    ignore: Ignore = None,
    extend_select: ExtendSelect = None,
    severity: Level = None,
    exit_zero: ExitZero = False,
    baseline: Known = None,
    diff_base: Since = None,
    jobs: Jobs = None,
    stdin_filename: StdinName = None,
    config: ConfigFile = None,
    no_config: NoConfig = False,
    no_shellcheck: NoShellCheck = False,
    value: Given = None,
    var: Var = None,
    var_file: VarFile = None,
) -> None:
    """Find faults in files and folders, and repair them with --fix."""


@app.command()
def baseline(
    paths: Paths = None,
    output: Target = None,
    select: Select = None,
    ignore: Ignore = None,
    extend_select: ExtendSelect = None,
    jobs: Jobs = None,
    config: ConfigFile = None,
    no_config: NoConfig = False,
) -> None:
    """Write down what is found now, so that `check --baseline` reports only what is new."""


@app.command()
def ignore(
    paths: Paths = None,
    select: Select = None,
    reason: Reason = None,
    until: Until = None,
    add: Add = False,
    config: ConfigFile = None,
    no_config: NoConfig = False,
) -> None:
    """Silence what is found now by comments with a reason; shows them, and writes them with --add."""


@app.command()
def server() -> None:
    """Serve an editor: the Language Server Protocol on standard input and output."""


@app.command()
def rules(output_format: RuleFormat = "text") -> None:
    """List the rules."""


@app.command()
def rule(name: RuleName) -> None:
    """Explain one rule, with an example before and after its fix."""


@app.command()
def config(path: Start = ".", config: ConfigFile = None, no_config: NoConfig = False) -> None:
    """Show the configuration in force and where it comes from."""


if __name__ == "__main__":
    app(prog_name="iaclint")
