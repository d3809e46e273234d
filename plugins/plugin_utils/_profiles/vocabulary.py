# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the decision: profiles, methods, and the facts that a rule may ask about."""

from __future__ import annotations

import dataclasses
import typing as t

from .._licensing import Channel
from .values import list_of_texts, number, text, truth

__all__ = ["FACTS", "MARKS", "METHODS", "PROFILES", "WISHES", "Fact", "FactType"]

PROFILES = ("kms_default", "adba_default", "mak_exception", "none")
"""What a machine can get; `none` leaves it alone."""
WISHES = (*PROFILES, "auto")
"""What an inventory may say in `activation_profile`."""
METHODS = ("online", "proxy")
"""How a MAK is activated: by the machine itself, or by the controller in its place."""
MARKS: t.Mapping[str, str] = {
    "image_build": "an image build",
    "vdi": "a virtual desktop",
    "reimaged_lab": "a machine of a lab that is re-imaged",
}
"""The machines that come and go, which never get a MAK by a rule."""

FactType = t.Literal["yes_or_no", "number", "word", "text", "texts"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that a rule may ask about; `yes` and `no` say it in a sentence, `label` names its value.

    Where nothing is known, `unknown` names what is missing.
    """

    name: str
    type: FactType
    unknown: str
    yes: str = ""
    no: str = ""
    label: str = ""
    words: tuple[str, ...] = ()

    def read(self, value: t.Any) -> t.Any:
        """Return a value of this fact in its own type, None for what is none, whatever it is."""
        if self.type == "yes_or_no":
            return truth(value)
        if self.type == "number":
            return number(value)
        if self.type == "texts":
            return list_of_texts(value)
        found = text(value)
        return None if self.type == "word" and found not in self.words else found

    @property
    def missing(self) -> str:
        """The sentence that it is not known."""
        return f"{self.unknown} is not known."


def _yes_or_no(name: str, yes: str, no: str, unknown: str) -> Fact:
    return Fact(name=name, type="yes_or_no", yes=yes, no=no, unknown=unknown)


_FACTS = (
    Fact(
        name="kind",
        type="word",
        words=("ordinary", *MARKS),
        label="Its kind",
        unknown="What kind of machine it is",
    ),
    Fact(name="system", type="word", words=("client", "server"), label="Its Windows", unknown="Whether it is a server"),
    Fact(
        name="channel",
        type="word",
        words=tuple(channel.value for channel in Channel if channel is not Channel.UNKNOWN),
        label="The channel of its key",
        unknown="The channel of its key",
    ),
    Fact(name="edition", type="text", label="Its edition", unknown="Its edition"),
    Fact(name="build", type="number", label="Its build", unknown="Its build of Windows"),
    Fact(name="domain", type="text", label="Its domain", unknown="Its domain"),
    Fact(name="site", type="text", label="Its site", unknown="Its site"),
    Fact(name="groups", type="texts", label="Its groups", unknown="In which groups it is"),
    Fact(
        name="days_off_network",
        type="number",
        label="The number of days it is off the network",
        unknown="How many days it is off the network",
    ),
    _yes_or_no(
        "is_kms_host",
        "It is a KMS host.",
        "It is no KMS host.",
        "Whether it is a KMS host",
    ),
    _yes_or_no(
        "evaluation",
        "It is an evaluation installation.",
        "It is no evaluation installation.",
        "Whether it is an evaluation installation",
    ),
    _yes_or_no(
        "subscription",
        "A subscription of its user licenses it.",
        "No subscription licenses it.",
        "Whether a subscription licenses it",
    ),
    _yes_or_no(
        "generic_key",
        "There is a generic key for its edition.",
        "There is no generic key for its edition.",
        "Whether there is a generic key for its edition",
    ),
    _yes_or_no(
        "domain_member",
        "It is a member of a domain.",
        "It is in no domain.",
        "Whether it is a member of a domain",
    ),
    _yes_or_no(
        "forest_object",
        "The forest has an activation object for it.",
        "The forest has no activation object for it.",
        "Whether the forest has an activation object for it",
    ),
    _yes_or_no(
        "kms_reachable",
        "It reaches a KMS host.",
        "It reaches no KMS host.",
        "Whether it reaches a KMS host",
    ),
    _yes_or_no(
        "threshold_reached",
        "There are enough machines for KMS.",
        "There are too few machines for KMS.",
        "Whether there are enough machines for KMS",
    ),
    _yes_or_no(
        "kms_configured",
        "The inventory sets how it finds a KMS host.",
        "It reaches no KMS host, whatever the inventory sets.",
        "How it finds a KMS host",
    ),
    _yes_or_no(
        "isolated",
        "It is cut off from the organisation's network.",
        "It is not cut off from the organisation's network.",
        "Whether it is cut off from the organisation's network",
    ),
    _yes_or_no(
        "internet",
        "It reaches the internet.",
        "It does not reach the internet.",
        "Whether it reaches the internet",
    ),
)
FACTS: t.Mapping[str, Fact] = {fact.name: fact for fact in _FACTS}
"""The closed vocabulary of the rules, by name."""
