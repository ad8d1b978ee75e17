"""What a file is, told by its name: Terraform, Dockerfile, or something Ansible may own.

The kinds: "terraform", "tfvars", "tfjson", "tfvarsjson", "tftest", "tftestjson", "terragrunt", "dockerfile", "yaml",
"cfg" and "inventory"; "hcl" is one that only its content tells, and so is "plan": the plan of a run, in JSON.
"""

from __future__ import annotations

from collections.abc import Iterable

_ENDINGS = (
    (".tf", "terraform"),
    (".tofu", "terraform"),
    (".tf.json", "tfjson"),
    (".tofu.json", "tfjson"),
    (".tftest.hcl", "tftest"),
    (".tofutest.hcl", "tftest"),
    (".tfmock.hcl", "tftest"),
    (".tofumock.hcl", "tftest"),
    (".tftest.json", "tftestjson"),
    (".tofutest.json", "tftestjson"),
    (".tfmock.json", "tftestjson"),
    (".tofumock.json", "tftestjson"),
    (".tfvars", "tfvars"),
    (".tfvars.json", "tfvarsjson"),
    (".dockerfile", "dockerfile"),
    (".Dockerfile", "dockerfile"),
    (".yml", "yaml"),
    (".yaml", "yaml"),
)

_TERRAGRUNT = ("terragrunt.hcl", "terragrunt.stack.hcl")
_NO_TERRAGRUNT = (
    ".lock.hcl", ".pkr.hcl", ".tflint.hcl", ".nomad.hcl", ".tfquery.hcl", ".tfstack.hcl", ".tfcomponent.hcl",
    ".tfdeploy.hcl",
)  # fmt: skip
_TOFU = ((".tf", ".tofu"), (".tf.json", ".tofu.json"), (".tftest.hcl", ".tofutest.hcl"),
         (".tftest.json", ".tofutest.json"), (".tfmock.hcl", ".tofumock.hcl"))  # fmt: skip

_NO_DOCKERFILE = (
    ".j2", ".jinja", ".jinja2", ".tpl", ".tmpl", ".template", ".erb", ".in", ".mustache", ".md", ".txt", ".rst", ".sh",
    ".py", ".js", ".ts", ".go", ".json", ".yml", ".yaml", ".toml", ".html", ".dockerignore", ".bak", ".orig", ".swp",
    "~",
)  # fmt: skip
"""What `Dockerfile.` may end with and be a template, a note or a program."""

_INVENTORIES = ("hosts", "inventory", "hosts.ini", "inventory.ini")
_NO_INVENTORY_FOLDERS = ("files", "templates", "etc")


def kind_of(path: str) -> str | None:
    """The kind of a file, by its name and the folders around it (with `/`); None when it is none of ours."""
    folder, _, name = path.rpartition("/")
    for ending, kind in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return kind
    if name.startswith(("Dockerfile", "Containerfile", "dockerfile", "containerfile")):
        return "dockerfile" if _is_dockerfile(name) else None
    if name == "ansible.cfg":
        return "cfg"
    if name.endswith(".json") and "plan" in name.lower():
        return "plan"
    if name.endswith(".hcl"):
        return _by_content(name)
    return _by_folder(folder, name)


def explicit_kind(path: str) -> str | None:
    """The same for a file the user named: templates of Dockerfiles are taken at their word, any JSON may be a plan."""
    kind = kind_of(path)
    if kind is None:
        name = path.rpartition("/")[2].lower()
        if name.startswith(("dockerfile", "containerfile")) or name.endswith((".docker", ".containerfile")):
            return "dockerfile"
        if name.endswith(".ini"):
            return "inventory"
        if name.endswith(".json"):
            return "plan"
    return kind


def superseded(names: Iterable[str]) -> set[str]:
    """Of the names in one folder those that OpenTofu passes over: `x.tf` beside `x.tofu`."""
    there = set(names)
    return {name for name in there if preferred(name) in there}


def preferred(name: str) -> str | None:
    """The name of the file that OpenTofu takes instead, where it is there: `x.tofu` for `x.tf`."""
    for ending, better in _TOFU:
        if name.endswith(ending):
            return name.removesuffix(ending) + better
    return None


def _by_content(name: str) -> str | None:
    if name in _TERRAGRUNT:
        return "terragrunt"
    return None if name.startswith(".") or name.endswith(_NO_TERRAGRUNT) else "hcl"


def _is_dockerfile(name: str) -> bool:
    rest = name[len("Dockerfile") :] if name[0] in "Dd" else name[len("Containerfile") :]
    # `Dockerfile.dev`, `Dockerfile-alpine`, `Dockerfile_build`, `Dockerfile3`, but not `DockerfileParser`
    return (not rest or not rest[0].isalpha()) and not rest.lower().endswith(_NO_DOCKERFILE)


def _by_folder(folder: str, name: str) -> str | None:
    parent = folder.rpartition("/")[2]
    if name in _INVENTORIES:
        return None if parent in _NO_INVENTORY_FOLDERS else "inventory"
    if "." in name and not name.endswith(".ini"):
        return None
    if parent in ("group_vars", "host_vars"):
        return "yaml" if "." not in name else None
    if parent.startswith("inventor"):
        return "inventory"
    grandparent = folder.rpartition("/")[0].rpartition("/")[2]
    return "inventory" if grandparent.startswith("inventor") and parent != "scripts" else None
