#!/bin/sh
# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# make_venv.sh FOLDER REQUIREMENTS: a virtual environment in FOLDER that holds what REQUIREMENTS pins.
# PYTHON names the interpreter; without it the first of the usual names that is 3.10 to 3.14 is taken.
set -eu
folder=$1 requirements=$2

suits() { "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 15))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python3.10}; do
        if suits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "No Python from 3.10 to 3.14 found (set PYTHON to one)." >&2
    return 1
}

# Debian keeps the `ensurepip` that a virtual environment starts from in a package of its own.
create() {
    "$1" -m venv --clear "$folder" >/dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null && "$1" -m venv --clear "$folder" && return
    fi
    echo "$1 cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2
    return 1
}

# A folder whose Python is gone, or too old, is made anew.
if ! suits "$folder/bin/python"; then
    python=$(find_python)
    create "$python"
fi

"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
touch "$folder/.ready"
