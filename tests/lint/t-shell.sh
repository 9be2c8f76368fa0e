#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Every shell script, whatever its name, is one that shellcheck accepts.
set -eu
dir=${srcdir:-.}
command -v shellcheck >/dev/null || {
    echo "skipped: no shellcheck (Debian: apt-get install shellcheck)"
    exit 77
}
cd "$dir"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
find autogen.sh .ci scripts tests xl-plugin libxlsec doc -type f 2>/dev/null |
    while read -r file; do
        if head -n 1 "$file" | grep -aqE '^#! ?(/usr)?/bin/(env )?(ba|da)?sh\b'; then
            echo "$file"
        elif head -n 5 "$file" | grep -aq '^# shellcheck shell='; then
            echo "$file"
        fi
    done | sort >"$tmp/list"
[ "$(wc -l <"$tmp/list")" -gt 10 ] || {
    echo "only these scripts were found: $(cat "$tmp/list")"
    exit 1
}
xargs shellcheck -x --source-path=SCRIPTDIR <"$tmp/list"
# and the lint can fail
# shellcheck disable=SC2016 # the sample is bad on purpose
printf '#!/bin/sh\nrm $1\n' >"$tmp/bad"
if shellcheck "$tmp/bad" >/dev/null; then
    echo "shellcheck accepts anything"
    exit 1
fi
