# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Distinguished names and GUIDs: how they are written, and when two of them name the same."""

from __future__ import annotations

import uuid

from .errors import DirectoryRefusal, python_ldap_missing

__all__ = ["child_dn", "filter_text", "guid_text", "same_name", "split_dn"]

# One RDN: its sorted pairs of attribute and value. One DN: its RDNs from the object up to the root.
Rdn = tuple[tuple[str, str], ...]
Dn = tuple[Rdn, ...]


def guid_text(data: bytes) -> str:
    """Return the text of a GUID as Windows stores it: the first three fields are little-endian.

    Raises ValueError if it has not 16 bytes.
    """
    return str(uuid.UUID(bytes_le=data))


def child_dn(name: str, parent: str) -> str:
    """Return the DN of the child of `parent` whose common name is `name`, escaped."""
    try:
        from ldap.dn import escape_dn_chars
    except ImportError as error:
        raise python_ldap_missing(error) from error
    return f"CN={escape_dn_chars(name)},{parent}"


def filter_text(value: str) -> str:
    """Return `value` as it may stand in a search filter."""
    try:
        from ldap.filter import escape_filter_chars
    except ImportError as error:
        raise python_ldap_missing(error) from error
    return str(escape_filter_chars(value))


def split_dn(dn: str) -> Dn:
    """Return a DN in a form in which two spellings of the same DN are equal; refuses what is no DN (`bad_option`)."""
    try:
        import ldap
        from ldap.dn import str2dn
    except ImportError as error:
        raise python_ldap_missing(error) from error
    try:
        parts = str2dn(dn)
    except ldap.LDAPError as error:
        raise DirectoryRefusal(
            f"'{dn}' is not a distinguished name.",
            code="bad_option",
            remedy="Write it as adba_object_info shows it, with a backslash before a comma that belongs to the name.",
        ) from error
    return tuple(tuple(sorted((pair[0].lower(), _folded(pair[1])) for pair in rdn)) for rdn in parts)


def same_name(one: str | None, other: str | None) -> bool:
    """Whether a directory takes both for the same name: case and the number of blanks make no difference."""
    return one is not None and other is not None and _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
