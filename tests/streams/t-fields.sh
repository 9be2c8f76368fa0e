#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The table of every field in doc/STREAM.md is the one that the tests have:
# t-xenfmt-fields tries each row, good values and bad ones.
set -eu
dir=${srcdir:-.}
fields=tests/unit/t-xenfmt-fields
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

"$fields" --table >"$tmp/tested"
# doc FILE: the table in it
doc() {
    sed -n '/^| record | field | octet | width | rule |$/,/^$/p' "$1" | sed '/^$/d'
}
doc "$dir/doc/STREAM.md" >"$tmp/written"
diff "$tmp/written" "$tmp/tested" || {
    echo "doc/STREAM.md, section 12: not what '$fields --table' prints"
    exit 1
}
# and the comparison can fail
sed 's/| S-113 |$/| S-114 |/' "$dir/doc/STREAM.md" >"$tmp/other.md"
doc "$tmp/other.md" | cmp -s - "$tmp/tested" && {
    echo "the comparison accepts anything"
    exit 1
}
# every record that the guard knows has rows
for name in $(sed -n 's/.*{"\([A-Za-z0-9_ ]*\)", XLS_WAY_[WP].*/\1/p' \
    "$dir/libxlsec/xenfmt/rectab.c" | tr ' ' _); do
    grep -q "^| $(echo "$name" | tr _ .) |" "$tmp/tested" || {
        echo "no field of $name is in the table"
        exit 1
    }
done
