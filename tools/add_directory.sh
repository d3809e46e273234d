#!/bin/sh
# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# add_directory.sh FOLDER REQUIREMENTS: adds what speaks LDAP to the virtual environment in FOLDER. It is compiled against the
# system's OpenLDAP and SASL. Where that cannot be done it says what is missing and goes on, and the next run tries again;
# where nothing may be skipped (CI, VOLUME_ACTIVATION_STRICT) it fails.
set -eu
folder=$1 requirements=$2
python=$folder/bin/python

log=$(mktemp)
trap 'rm -f "$log"' EXIT

if "$python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >"$log" 2>&1; then
    touch "$folder/.directory"
    exit
fi

# The compiler's own words, where there are any, say most.
grep -E 'fatal error:|error: command|No matching distribution|Connection' "$log" | head -n 3 >&2 || tail -n 3 "$log" >&2
cat >&2 <<END
python-ldap could not be installed. It has to be compiled, and needs
  on Debian and Ubuntu: apt-get install gcc python3-dev libldap2-dev libsasl2-dev
  on Fedora and Red Hat Enterprise Linux: dnf install gcc python3-devel openldap-devel cyrus-sasl-devel
The headers have to be those of $("$python" --version).
END
if [ -n "${CI:-}${VOLUME_ACTIVATION_STRICT:-}" ]; then
    exit 1
fi
echo "Going on without it: the tests of Active Directory are skipped." >&2
