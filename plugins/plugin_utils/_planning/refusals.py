# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals that more than one kind of wish meets, in the same words."""

from __future__ import annotations

from .._errors import Refusal
from .._licensing import Product, State, esu_year


def described(product: Product) -> str:
    """Return a product's key in words, as far as it may be shown."""
    return f"{product.channel.value} {product.partial_product_key or ''}".rstrip()


def evaluation_edition(primary: Product) -> Refusal:
    """Return the refusal of a product that is an evaluation."""
    return evaluation_edition_of(primary.family)


def evaluation_edition_of(family: str | None) -> Refusal:
    """Return the refusal of an evaluation edition, which no volume key can activate."""
    return Refusal(
        f"{family} is an evaluation edition; it takes no volume licence key.",
        code="evaluation_edition",
        remedy="Convert it to the full edition first (DISM /Online /Set-Edition on servers, new media on clients).",
    )


def licensed_by_other_key(product: Product, goal: str) -> Refusal:
    """Return the refusal to take away a licence that nobody said could go."""
    return Refusal(
        f"The machine is licensed by {described(product)}, and its licence would be lost.",
        code="licensed_by_other_key",
        remedy=f"Set replace_licensed to true if this machine is to leave that key for {goal}.",
    )


def not_a_domain_member() -> Refusal:
    """Return the refusal of a machine that has no Active Directory to be activated by."""
    return Refusal(
        "The machine is not a member of a domain, so Active Directory cannot activate it.",
        code="not_a_domain_member",
        remedy="Join it to the domain first, or activate it by KMS with volume.activation.kms_client.",
    )


def no_published_key(edition: str | None, build: int) -> Refusal:
    """Return the refusal of an edition for which Microsoft publishes no client key."""
    return Refusal(
        f"There is no published KMS client key for edition {edition}, build {build}.",
        code="no_published_key",
        remedy="Give a key for this edition in extra_gvlks, or set product_key to keep.",
    )


def azure_edition() -> Refusal:
    """Return the refusal of the edition that Microsoft does not let be a KMS host."""
    return Refusal(
        "Windows Server Datacenter: Azure Edition cannot be a KMS host.",
        code="azure_edition",
        remedy="Make another machine the KMS host: Windows Server Standard or Datacenter.",
    )


def not_a_volume_edition(edition: str | None) -> Refusal:
    """Return the refusal of an edition that takes no volume licence key."""
    return Refusal(
        f"{edition or 'This edition'} takes no volume licence key, so it cannot be a KMS host.",
        code="not_a_volume_edition",
        remedy="Make a machine with a volume edition the KMS host, such as Windows Server Standard or Datacenter.",
    )


def refuse_absent_product(activation_id: str | None, state: State) -> None:
    """Raise Refusal when no product of the machine has the activation ID that a key is meant for."""
    year, build = esu_year(activation_id), state.machine.build if state.machine else 0
    if year is not None and build and build not in year.builds:
        raise Refusal(
            f"{year} is for other builds of Windows than {build}, that of this machine.",
            code="esu_not_supported",
            cause=f"It needs {year.prerequisite}.",
            remedy="Update the machine first, or leave it out of the play.",
        )
    if activation_id is None or activation_id not in state.absent_ids:
        return
    raise Refusal(
        f"No product of the machine has the activation ID {activation_id}{f', that of {year}' if year else ''}.",
        code="no_such_product",
        cause=f"The licence is not installed. It needs {year.prerequisite}."
        if year
        else "The licence is not installed.",
        remedy="Install what is missing and run the task again."
        if year
        else "Read the IDs with volume.activation.license_info and products: all, and correct the ID.",
    )


def kms_host_key() -> Refusal:
    """Return the refusal to take the key of a KMS host away from it."""
    return Refusal(
        "The machine holds the key of a KMS host.",
        code="kms_host_key",
        cause="Either this is a KMS host, or a host key was installed on an ordinary client by mistake.",
        remedy="Leave a KMS host out of this play; else remove the key with volume.activation.product_key first.",
    )
