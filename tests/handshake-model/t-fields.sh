#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The binder of the documents, of the model for ProVerif, of that for Spin and
# of what is said about them has the same fields, each of them tried alone.
#
# In doc/PROTOCOL.md it is the table of [P-57].
set -eu
dir=${srcdir:-.}
here=$dir/tests/handshake-model
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# of_table FILE: the rows of [P-57]'s table, as "name octets".
of_table() {
    awk -F '|' '
        /^\*\*\[P-57\]\*\*/ { here = 1 }
        here && /^\| field \| octets \|/ { on = 1; next }
        on && !/^\|/ { exit }
        on && !/^\|-/ {
            gsub(/^ +| +$/, "", $2); gsub(/ /, "_", $2); gsub(/ /, "", $3)
            print $2, $3
        }' "$1"
}

# check TOP: prints what is wrong under it.
check() {
    sed '/^#/d' "$1/tests/handshake-model/fields" >"$tmp/want"
    cut -d ' ' -f 1 "$tmp/want" >"$tmp/names"
    of_table "$1/doc/PROTOCOL.md" >"$tmp/got"
    diff "$tmp/want" "$tmp/got" >"$tmp/diff" || {
        echo "doc/PROTOCOL.md (>) has another binder than tests/handshake-model/fields (<):"
        cat "$tmp/diff"
    }
    pv=$1/doc/models/handshake.pv
    sed -n 's/^letfun bind_\([a-z_]*\)(.*/\1/p' "$pv" >"$tmp/got"
    cmp -s "$tmp/names" "$tmp/got" ||
        echo "handshake.pv defines other fields: $(tr '\n' ' ' <"$tmp/got")"
    # in the binder itself, in this order
    sed -n '/^letfun binder(/,/\.$/p' "$pv" | grep -o 'bind_[a-z_]*(' |
        sed 's/^bind_//; s/($//' >"$tmp/got"
    cmp -s "$tmp/names" "$tmp/got" ||
        echo "handshake.pv binds other fields: $(tr '\n' ' ' <"$tmp/got")"
    # Spin: each has its macro and its switch, and is part of what is asked
    pml=$1/tests/handshake-model/handshake.pml
    sed '/^#define HOLDS/,/^$/d; /^#define FORGED/d; /^#define WORTHLESS/,/^$/d' \
        "$pml" >"$tmp/defines"
    for asked in HOLDS FORGED WORTHLESS; do
        sed -n "/^#define $asked(/,/[^\\\\]\$/p" "$pml"
    done >"$tmp/asks"
    while read -r field; do
        grep -q "^#define HAS_$field\\b.*DROP_$field" "$tmp/defines" ||
            echo "handshake.pml has no switch for $field"
        grep -q "HAS_$field\\b" "$tmp/asks" ||
            echo "handshake.pml does not ask for $field"
        grep -q "READ(DROP_$field)" "$pml" ||
            echo "handshake.pml does not read DROP_$field"
        grep -qE "^no-$(echo "$field" | tr _ -) +(holds|evidence|stream) +-$field( [A-Z_]+)*\$" \
            "$1/tests/handshake-model/variants" ||
            echo "variants does not drop $field alone"
        grep -q "^| $(echo "$field" | tr _ ' ') |" "$1/doc/models/README.md" ||
            echo "doc/models/README.md says nothing of $field"
    done <"$tmp/names"
    # and nothing else is bound
    grep -ohE '(DROP|HAS|bind)_[a-z][a-z_]*' "$pml" "$pv" |
        sed -E 's/^(DROP|HAS|bind)_//' | sort -u >"$tmp/got"
    sort "$tmp/names" | cmp -s - "$tmp/got" ||
        echo "the models have other fields: $(tr '\n' ' ' <"$tmp/got")"
    # the same handshake
    tr -d '\n' <"$1/doc/PROTOCOL.md" | grep -qF -e '-> psk0, e<- e, ee, s, es-> s, se, psk3' ||
        echo "doc/PROTOCOL.md has another handshake than the models"
}

wrong=$(check "$dir")
[ -z "$wrong" ] || {
    echo "$wrong"
    exit 1
}

# and the test can fail
mkdir -p "$tmp/top/doc/models" "$tmp/top/tests/handshake-model"
fresh() {
    cp "$dir/doc/PROTOCOL.md" "$tmp/top/doc"
    cp "$dir/doc/models/README.md" "$dir/doc/models/handshake.pv" "$tmp/top/doc/models"
    cp "$here/fields" "$here/variants" "$here/handshake.pml" "$tmp/top/tests/handshake-model"
    chmod -R u+w "$tmp/top"
}
expect() {
    check "$tmp/top" | grep -qF "$1" || {
        echo "the test does not say: $1"
        exit 1
    }
    fresh
}
fresh
sed -i '/^epoch /d' "$tmp/top/tests/handshake-model/fields"
expect 'handshake.pv binds other fields'
sed -i 's/^| suite | 2 |/| suite | 4 |/' "$tmp/top/doc/PROTOCOL.md"
expect 'doc/PROTOCOL.md (>) has another binder'
sed -i 's/bind_h(h), //' "$tmp/top/doc/models/handshake.pv"
expect 'handshake.pv binds other fields'
sed -i 's/ && HAS_kind(s, q, e, x)//; s/HAS_kind(s, q, e, x) && //' "$tmp/top/tests/handshake-model/handshake.pml"
expect 'handshake.pml does not ask for kind'
sed -i '/^no-suite /d' "$tmp/top/tests/handshake-model/variants"
expect 'variants does not drop suite alone'
sed -i 's/^<- e, ee, s, es$/<- e, ee, s/' "$tmp/top/doc/PROTOCOL.md"
expect 'another handshake'
