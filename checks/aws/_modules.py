"""Calls of the terraform-aws-modules for networks and machines: their keys, and which release a call gets."""

from __future__ import annotations

import re

from iaclint.checks.aws._registry import version_below
from iaclint.model.block import Block, Node
from iaclint.model.project import Project
from iaclint.model.value import Reference, Truth
from iaclint.rules import Condition, opposite, related


def module(name: str) -> str:
    """The key of a call of `terraform-aws-modules/NAME/aws`."""
    return f"module:terraform-aws-modules/{name}/aws"


VPC = module("vpc")
ALB, ELB = module("alb"), module("elb")
INSTANCE, AUTOSCALING = module("ec2-instance"), module("autoscaling")
ACM, ROUTE53 = module("acm"), module("route53")


def before(release: int) -> Condition:
    """The call gets a release before this major one; unknown where `version` does not say so."""
    return version_below(f"{release}.0.0")


def since(release: int) -> Condition:
    """The call gets this major release or a later one; unknown where `version` does not say so."""
    return opposite(before(release))


_KNOWN = re.compile(r"(?:aws|module)[_.]")
"""A reference that leads to something else of the project."""


def _is_beside(reference: str, call: Block) -> bool:
    return not isinstance(reference, Reference) or reference.module == call.document.module_instance


def beside_call(types: str, by: str) -> Condition:
    """A resource of one of the types (`|` between them) names an output of the module call in its argument `by`."""

    def test(element: Node, project: Project) -> Truth:
        call = element if isinstance(element, Block) else element.block
        if call is None:
            return None
        unknown, names = False, f"module.{call.name}."
        for type in types.split("|"):
            unknown = unknown or project.given_away.may_hold_beside(call, type, by)
            for block in project.blocks(type, "resource"):
                target = block.get(by)
                if any(one.startswith(names) and _is_beside(one, call) for one in target.references):
                    return True
                unknown = unknown or (target.is_unknown and not any(map(_KNOWN.match, target.references)))
        return None if unknown else False

    return related(f"{types} beside the call", test)
