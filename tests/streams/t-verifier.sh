#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Xen's own verifier and the guard agree on the real streams: both accept them,
# and both refuse what both look at.  Where they differ over a mutant, a row of
# the table in doc/STREAM.md has it; COUNT mutants of run SEED are tried.
set -eu
dir=${srcdir:-.}
check=${XLS_CHECK:-tests/streams/check}
for tool in python3 xz; do
    command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
. "$dir/tests/streams/xen-utils.sh"

# verdicts FILE: ours and Xen's, 0 for accepted.
verdicts() {
    ours=0 xens=0
    "$check" "$1" >"$tmp/ours" 2>&1 || ours=$?
    PYTHONPATH=$lib/lib/python PYTHONDONTWRITEBYTECODE=1 \
        python3 "$lib/bin/verify-stream-v2" -f xl -i "$1" \
        >"$tmp/xens" 2>&1 || xens=$?
}

say() {
    echo "$1: ours $ours ($(cat "$tmp/ours")), Xen's $xens ($(tail -n 1 "$tmp/xens"))"
    exit 1
}

for packed in "$dir"/tests/data/streams/*.xl.xz; do
    name=$(basename "$packed" .xl.xz)
    file=$tmp/$name.xl
    xz -dc "$packed" >"$file"
    verdicts "$file"
    [ "$ours$xens" = 00 ] || say "$name"
    # What both look at: the end, the magics, reserved fields, padding.
    head -c -8 "$file" >"$tmp/spoilt"
    verdicts "$tmp/spoilt"
    { [ "$ours" = 65 ] && [ "$xens" != 0 ]; } || say "$name without its end"
    opt=$(od -An -tu4 -j44 -N4 "$file" | tr -d ' ')
    libxl=$((48 + opt))
    for at in 0 $libxl $((libxl + 11)) $((libxl + 24)) $((libxl + 32)) \
        $((libxl + 42)) $((libxl + 48)) $((libxl + 52)) $((libxl + 54)); do
        cp "$file" "$tmp/spoilt"
        printf '\177' | dd of="$tmp/spoilt" bs=1 seek="$at" conv=notrunc \
            status=none
        verdicts "$tmp/spoilt"
        { [ "$ours" = 65 ] && [ "$xens" != 0 ]; } || say "$name, octet $at"
    done
    # A known difference: octets behind the end.
    { cat "$file"; printf x; } >"$tmp/spoilt"
    verdicts "$tmp/spoilt"
    [ "$ours" = 65 ] || say "$name with more behind its end"
    echo "$name: agreed"
done

# Mutants.  The second reader makes them, which is in Go.
. "$dir/tests/model/build.sh"
doc=$dir/doc/STREAM.md
mkdir "$tmp/mutants"
"$model" "$doc" mutants --judge "${XLS_JUDGE:-${builddir:-.}/tests/model/judge}" \
    --count "${COUNT:-600}" --seed "${SEED:-2}" --out "$tmp/mutants" "$tmp"/*.xl \
    >"$tmp/list"
python3 "$dir/tests/streams/verify-mutants" "$lib" "$doc" <"$tmp/list"

# And it can fail: with a table that lacks a row, and with one more difference.
sed '/^| configuration: any octets/d' "$doc" >"$tmp/less.md"
if python3 "$dir/tests/streams/verify-mutants" "$lib" "$tmp/less.md" \
    <"$tmp/list" >"$tmp/said"; then
    echo "a row that is missing is not missed"
    exit 1
fi
