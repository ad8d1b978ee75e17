"""How far a Fix can be trusted, computed from what its steps do rather than declared."""

from __future__ import annotations

from iaclint.edits.fix import Draft
from iaclint.model.intent import Applicability, Impact, Intent

_WORST_LAST = (Impact.NONE, Impact.IN_PLACE, Impact.DOWNTIME, Impact.REPLACEMENT, Impact.NEEDS_VALUE)
_HARMLESS = (Impact.NONE, Impact.IN_PLACE)
_LOWEST_LAST = (Applicability.SAFE, Applicability.UNSAFE, Applicability.MANUAL)


def judge(intent: Intent, draft: Draft) -> tuple[Applicability, Impact]:
    """Applicability and impact of a Draft in which all steps of the Intent are carried out.

    Safe needs every step's path known to Facts, an impact of none or in-place, and the repair at the
    finding's own place. The Intent may lower the level, and knows the impact better where it states one.
    """
    impact = intent.impact
    if impact is None:
        impact = max((one for one, _ in draft.impacts), key=_WORST_LAST.index, default=Impact.IN_PLACE)
    known = bool(draft.impacts) and all(known for _, known in draft.impacts)
    is_safe = known and impact in _HARMLESS and not draft.at_origin
    # what the schema says replaces is not made safe by an Intent that speaks of a milder impact
    is_safe = is_safe and all(one in _HARMLESS for one, _ in draft.impacts)
    level = Applicability.SAFE if is_safe else Applicability.UNSAFE
    return max(level, intent.at_most, key=_LOWEST_LAST.index), impact
