#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Every label of doc/STREAM.md is defined once, cited in code and cited in a
# test; and no label is cited that is not defined.
set -eu
dir=${srcdir:-.}
doc=$dir/doc/STREAM.md
bad=0
labels=$(grep -o '\*\*\[S-[0-9]*\]\*\*' "$doc" | tr -d '*[]' | sort -V)
[ -n "$labels" ]

complain() {
    echo "$1"
    bad=1
}

[ -z "$(echo "$labels" | uniq -d)" ] ||
    complain "defined twice: $(echo "$labels" | uniq -d | tr '\n' ' ')"
for label in $labels; do
    grep -rqw -e "$label" "$dir/libxlsec/xenfmt" ||
        complain "$label: not cited in libxlsec/xenfmt"
    grep -qw -e "$label" "$dir"/tests/unit/t-xenfmt-*.c ||
        complain "$label: not cited in tests/unit/t-xenfmt-*.c"
done
cited=$(grep -rhow -e 'S-[0-9][0-9]*' "$dir/libxlsec/xenfmt" "$doc" \
    "$dir"/tests/unit/*xenfmt*.[ch] | sort -uV)
for label in $cited; do
    echo "$labels" | grep -qx -e "$label" ||
        complain "$label: cited and not defined"
done
exit "$bad"
