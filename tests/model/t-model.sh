#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# A second reader of the streams, in Go and from doc/STREAM.md alone, judges
# what the guard judges: whole files and COUNT mutants of small ones.  With
# REPORT it writes one; `make differential` is this with a large COUNT.
set -eu
dir=${srcdir:-.}
doc=$dir/doc/STREAM.md
build=${builddir:-.}
. "$dir/tests/model/build.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/streams" "$tmp/corpus"
for file in "$dir"/tests/data/streams/*.xl.xz; do
    xz -dc "$file" >"$tmp/streams/$(basename "$file" .xz)"
done
mkdir "$tmp/states"
for file in "$dir"/tests/data/emulator/*.qevm.xz; do
    xz -dc "$file" >"$tmp/states/$(basename "$file" .xz)"
done
# Streams that were made to do harm, and those in CORPUS, whatever they are.
make=$dir/tests/streams/exploit-streams
if command -v python3 >/dev/null; then
    "$make" --list | while IFS='	' read -r name fixture _; do
        "$make" "$name" "$dir/tests/data/streams/$fixture.xl.xz" \
            "$tmp/corpus/$name"
    done
fi
[ -z "${CORPUS:-}" ] || cp "$CORPUS"/* "$tmp/corpus/"

fail() {
    echo "$*"
    exit 1
}

# Exit statuses and --json are those of `xlsec check`.
status=0
"$model" "$doc" check --json "$tmp/streams/hvm.xl" >"$tmp/said" || status=$?
[ "$status" = 0 ] || fail "hvm.xl: status $status"
grep -q '"accepted":true' "$tmp/said" || fail "hvm.xl: $(cat "$tmp/said")"
"$model" "$doc" check --json --format libxl "$tmp/streams/hvm.xl" \
    >"$tmp/said" || status=$?
[ "$status" = 65 ] || fail "hvm.xl as libxl's: status $status"
grep -q '"accepted":false,"offset":0,.*"rule":"S-40"' "$tmp/said" ||
    fail "hvm.xl as libxl's: $(cat "$tmp/said")"
status=0
"$model" "$doc" check "$tmp/none" 2>/dev/null || status=$?
[ "$status" = 66 ] || fail "no file: status $status"

unformatted=$(gofmt -l "$dir"/tests/model/*.go)
[ -z "$unformatted" ] || fail "gofmt would change $unformatted"

judge=${XLS_JUDGE:-$build/tests/model/judge}
count=20000
if nm "$judge" 2>/dev/null | grep -q __asan_init; then
    count=4000 # sanitizers take their time
fi
mkdir -p "${OUT:-$tmp}"
"$model" "$doc" differential --judge "$judge" \
    --count "${COUNT:-$count}" --seed "${SEED:-1}" --out "${OUT:-$tmp}" \
    --corpus "$tmp/corpus" --states "$tmp/states" \
    ${REPORT:+--report "$REPORT"} "$tmp"/streams/*.xl

# And it can fail: a rule that one of the two does not have.
status=0
"$model" "$doc" differential --judge "$judge" --count 2000 --out "$tmp" \
    --without S-75 "$tmp"/streams/*.xl >"$tmp/said" || status=$?
{ [ "$status" = 1 ] && grep -q '\[S-75\]' "$tmp/said"; } ||
    fail "a rule that is missing is not missed"
