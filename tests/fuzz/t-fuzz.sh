#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# Every fuzz target over its seeds and over what ever crashed one: quick, with
# any compiler.  The seeds are good streams, and most of them are accepted.
set -euo pipefail
top=$(cd "${srcdir:-.}" && pwd)
fuzz=${builddir:-.}/tests/fuzz
# shellcheck source=tests/fuzz/build.sh
. "$top/tests/fuzz/build.sh"
command -v xz >/dev/null || {
    echo "skipped: no xz (Debian: apt-get install xz-utils)"
    exit 77
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fuzz_seeds_by "$fuzz/seeds" "$tmp/seeds" | tee "$tmp/said"
read -r streams accepted < <(sed -n 's/.*of \([0-9]*\) streams the guard accepts \([0-9]*\)$/\1 \2/p' "$tmp/said")
if [ "$accepted" = 0 ] || [ $((accepted * 2)) -lt "$streams" ]; then
    echo "too few: see what is refused, and mend the cutting in seeds.c"
    exit 1
fi
bad=0
while read -r name _; do
    inputs=()
    for dir in "$tmp/seeds/$name" "$top/tests/fuzz/crashes/$name"; do
        [ ! -d "$dir" ] || inputs+=("$dir")
    done
    [ "$name" != canary ] || continue
    XLS_FUZZ=$name "$fuzz/fuzz" "${inputs[@]}" >"$tmp/log" 2>&1 || {
        echo "$name: $(cat "$tmp/log")"
        bad=1
    }
done < <("$fuzz/fuzz" --list)
# a folder of crashes is one of a target, if not of one in this build
for dir in "$top"/tests/fuzz/crashes/*/; do
    name=$(basename "$dir")
    [ ! -d "$dir" ] || grep -q "[{(]\"$name\"," "$top/tests/fuzz/targets.c" || {
        echo "crashes/$name: no such target"
        bad=1
    }
done
# and a target can fail
printf BAD >"$tmp/bad"
if XLS_FUZZ=canary "$fuzz/fuzz" "$tmp/bad" >"$tmp/log" 2>&1; then
    echo "the canary lives"
    bad=1
fi
exit "$bad"
