#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# doc/XENSTORE.md is what xenstore-schema/keys.schema says, and the generator
# refuses a table that it does not understand.
set -eu
dir=${srcdir:-.}
awk=${AWK:-awk}
make=$dir/xenstore-schema/generate.awk
keys=$dir/xenstore-schema/keys.schema
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

"$awk" -v out=md -f "$make" "$keys" >"$tmp/now.md"
cmp "$tmp/now.md" "$dir/doc/XENSTORE.md" || {
    echo "doc/XENSTORE.md is not what keys.schema says: make xenstore-doc"
    exit 1
}
"$awk" -v out=c -f "$make" "$keys" >"$tmp/one.c"
"$awk" -v out=c -f "$make" "$keys" >"$tmp/two.c"
cmp "$tmp/one.c" "$tmp/two.c"

# and the lint can fail: one change of the table, one difference or refusal
sed 's/^max      36/max      35/' "$keys" >"$tmp/other"
"$awk" -v out=md -f "$make" "$tmp/other" >"$tmp/other.md"
if cmp -s "$tmp/other.md" "$dir/doc/XENSTORE.md"; then
    echo "another length, and the same document"
    exit 1
fi
for bad in 's/^holds    size/holds    sise/' 's/^in       config/in       file/' \
    's/^max      255//' 's/^value    text/value    size/' '/^value/d' \
    's/^key      vm-data/key      vm data/' 's/^writer/author/'; do
    sed "$bad" "$keys" >"$tmp/bad"
    if "$awk" -v out=c -f "$make" "$tmp/bad" >/dev/null 2>&1; then
        echo "the generator accepts a table after: $bad"
        exit 1
    fi
done
