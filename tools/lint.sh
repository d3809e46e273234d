#!/usr/bin/env bash
# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# lint.sh: every static check, the quick ones first; all of them run, and one failure fails the whole.
# LINT_TREE is the staged tree; the tools are those on PATH.
set -uo pipefail
tree=${LINT_TREE:?}
collection=$tree/ansible_collections/volume/activation
failed=()

check() {
    local name=$1
    shift
    echo "-- $name"
    "$@" || failed+=("$name")
}
in_collection() { (cd "$collection" && "$@"); }
in_tree() { (cd "$tree" && "$@"); }

# antsibull-docs works in a temporary folder and writes its random name into what it checks. One name in 37 ends in an
# underscore, which reads as a link to nowhere; that, and nothing else, is worth another try.
collection_docs() {
    local said code
    for _ in 1 2 3; do
        said=$(antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all \
            --check-extra-docs-refs . 2>&1)
        code=$?
        grep -q 'Unknown target name: "antsibull-docs-' <<<"$said" || break
    done
    printf '%s' "${said:+$said$'\n'}"
    return $code
}

check "ruff" ruff check --no-cache .
check "ruff format" ruff format --no-cache --check .
check "shellcheck" shellcheck .ci/run tools/*.sh
check "reuse" reuse lint --lines
check "yamllint" in_collection yamllint --strict .
check "mypy" in_tree mypy --config-file "$collection/.mypy.ini" --cache-dir "$tree/../mypy_cache" -p ansible_collections.volume.activation
check "antsibull-changelog" in_collection antsibull-changelog lint
check "antsibull-docs" in_collection collection_docs
check "ansible-lint" in_collection ansible-lint --offline --profile production --nocolor

if [ ${#failed[@]} -gt 0 ]; then
    printf 'lint: failed: %s\n' "${failed[@]}"
    exit 1
fi
echo "lint: all checks passed"
