#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Xen's xen-hvmctx and the second reader find the same entries in the contexts
# of the real streams, and the same values in the same places: offsets that
# doc/STREAM.md has wrong would show here.
set -eu
dir=${srcdir:-.}
doc=$dir/doc/STREAM.md
. "$dir/tests/model/build.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
. "$dir/tests/streams/xen-utils.sh"
${CC:-cc} -shared -fPIC -o "$tmp/shim.so" "$dir/tests/model/hvmctx-shim.c"

# dump BLOB: what xen-hvmctx says of it, one value a line, in plain hex.
dump() {
    HVMCTX=$1 LD_PRELOAD=$tmp/shim.so "$lib/bin/xen-hvmctx" 1 | awk '
        BEGIN {
            split("magic rip cr0 cr3 cr4 dr6 dr7 efer event mxcsr is_master " \
                "elcr int_output base_address id base_msr disabled " \
                "timer_divisor count rw_mode bcd gate index capability PAT " \
                "cap caps", names, " ")
            for (i in names) {
                wanted[names[i]] = 1
            }
        }
        $1 == "Entry" { print "entry", $2 + 0, $4, $6 + 0, $8; next }
        {
            for (i = 1; i < NF; i++) {
                if ($i in wanted) {
                    value = $(i + 1)
                    sub(/,$/, "", value)
                    sub(/^0x/, "", value)
                    sub(/^0*/, "", value)
                    print $i, value == "" ? "0" : value
                }
            }
        }'
}

# same THEIRS OURS: the values of one entry may come in another order.
same() {
    for side in "$1" "$2"; do
        awk '$1 == "entry" { n = $2 } { print n, $0 }' "$side" |
            sort >"$side.sorted"
    done
    diff -u "$1.sorted" "$2.sorted"
}

found=0
for packed in "$dir"/tests/data/streams/*.xl.xz; do
    name=$(basename "$packed" .xl.xz)
    xz -dc "$packed" >"$tmp/stream"
    status=0
    "$model" "$doc" contexts --blob "$tmp/blob" "$tmp/stream" >"$tmp/ours" \
        2>/dev/null || status=$?
    if [ "$status" = 65 ]; then
        continue # a PV guest
    fi
    [ "$status" = 0 ]
    dump "$tmp/blob" >"$tmp/theirs"
    same "$tmp/theirs" "$tmp/ours" || {
        echo "$name: xen-hvmctx (-) and the second reader (+) differ"
        exit 1
    }
    echo "$name: the same $(wc -l <"$tmp/ours") entries and values"
    found=$((found + 1))
done
[ "$found" -gt 0 ]

# And it can fail: an octet of a register, and an entry less.
cp "$tmp/ours" "$tmp/last"
sed 's/^rip .*/rip 1/' "$tmp/last" >"$tmp/ours"
! same "$tmp/theirs" "$tmp/ours" >"$tmp/said" || {
    echo "another rip makes no difference"
    exit 1
}
sed '/^entry 3 /d' "$tmp/last" >"$tmp/ours"
! same "$tmp/theirs" "$tmp/ours" >"$tmp/said" || {
    echo "an entry less makes no difference"
    exit 1
}
