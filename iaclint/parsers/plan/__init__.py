"""Plans of Terraform and OpenTofu as `terraform show -json` prints them: what will be, rather than what is written.

Every resource instance of `planned_values` is a Block (and every data source that was read a `data` Block), in a
Document for its module instance; all Documents share one Source. Blocks, arguments and addresses are those of the
source, so every rule for Terraform holds: what the provider's schema calls a block is a nested Block, module and
instance make the address (`module.net["a"].aws_vpc.this[0]`), and references come from the plan's `configuration`,
followed through variables and outputs of modules.

What is null is missing. What `after_unknown` marks is unknown, with one exception: an attribute that

- the configuration does not set,
- the provider's schema calls optional and computed,
- on a resource that is made anew

is *missing*. All that is known of it is that nobody wrote it and the provider will choose: exactly what is known of
the source. `when_missing` of a rule states the documented choice of the provider for this very case, so the plan is
judged as the source is. Were it unknown, no rule about what was left out could ever speak on a new resource. In an
update the attribute stays unknown: what it was before may be kept. So does what nothing is known of: no
configuration, no schema, an attribute that cannot be written, a block that `dynamic` may have made.

Where a resource exists already, the provider shows in it what other resources wrote: the rules of an
`aws_security_group_rule` in its group. Blocks, lists and policies that are optional and computed, that the
configuration does not set, and for which it has such a companion are missing: they are judged where they are written.
The policy that comes from a `data "aws_iam_policy_document"` of the plan is unknown, and the data source judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.parsers.plan.sniff import HEAD, looks_like_plan

if TYPE_CHECKING:
    from iaclint.model.block import Document
    from iaclint.parsers.plan.document import Plan
    from iaclint.source import Source


def read(source: Source) -> Plan:
    """A plan with a Document for each module instance. Never raises on any bytes: see the root's `problems`."""
    from iaclint.parsers.plan.document import Plan

    return Plan(source)


def parse(source: Source) -> Document:
    """The Document of a plan's root module (kind "plan"); its `tree` is the Plan with those of all modules."""
    return read(source).root


__all__ = ["HEAD", "looks_like_plan", "parse", "read"]
