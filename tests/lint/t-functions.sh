#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# No function has more than 60 lines, but those that functions.txt gives a
# reason for.
set -eu
dir=${srcdir:-.}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
find "$dir/libxlsec" "$dir/xenstore-schema" "$dir/xl-plugin" -name '*.c' \
    -exec awk -v max=60 -f "$dir/tests/lint/functions.awk" {} + |
    sed "s|^$dir/||" | sort >"$tmp/long"
bad=0
while read -r file name lines; do
    grep -q "^$file $name  *[^ ]" "$dir/tests/lint/functions.txt" || {
        echo "$file: $name has $lines lines"
        bad=1
    }
done <"$tmp/long"
# an exception that is none any more goes
sed '/^#/d; /^$/d' "$dir/tests/lint/functions.txt" >"$tmp/listed"
while read -r file name _; do
    grep -q "^$file $name " "$tmp/long" || {
        echo "functions.txt: $file $name is not long any more; remove it"
        bad=1
    }
done <"$tmp/listed"

# and the lint can fail
{ printf 'static int long_one(int a,\n    int b)\n{\n' && yes '    a++;' |
    head -n 61 && echo '}'; } >"$tmp/bad.c"
awk -v max=60 -f "$dir/tests/lint/functions.awk" "$tmp/bad.c" |
    grep -q ' long_one 61$' || {
    echo "the lint does not see a function of 61 lines"
    bad=1
}
exit "$bad"
