#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Words that are not used here: calls without a bound, arithmetic on sizes that
# nobody checked, shells, and memcmp outside the places counted in memcmp.txt.
set -eu
dir=${srcdir:-.}
lint=$dir/tests/lint
words='strcpy|strcat|stpcpy|sprintf|vsprintf|gets|atoi|atol|atoll|strtok|alloca|system|popen|tmpnam|tempnam|mktemp|scanf|sscanf|fscanf|rand|srand|random|reallocarray'

# check FILE...: prints what is wrong in them.
check() {
    for file in "$@"; do
        sed -f "$lint/code.sed" "$file" | awk -v file="$file" -v words="$words" '
            $0 ~ "(^|[^A-Za-z0-9_])(" words ") *\\(" {
                print file ":" NR ": not used here: " $0
            }
            /(^|[^A-Za-z0-9_])(malloc|realloc|aligned_alloc)\(.*[A-Za-z0-9_)] \* [A-Za-z0-9_(]/ {
                print file ":" NR ": a product as a size; see calloc: " $0
            }'
    done
}

# places FILE...: path and number of memcmp in each that has one.
places() {
    for file in "$@"; do
        n=$(sed -f "$lint/code.sed" "$file" | grep -cw memcmp || true)
        [ "$n" = 0 ] || echo "${file#"$dir"/} $n"
    done
}

# shellcheck disable=SC2046 # names of ours: no blanks in them
set -- $(find "$dir/libxlsec" "$dir/xenstore-schema" "$dir/xl-plugin" -name '*.[ch]' | sort)
wrong=$(check "$@")
[ -z "$wrong" ] || {
    echo "$wrong"
    exit 1
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
places "$@" >"$tmp/got"
sed 's/ *#.*//; /^$/d' "$lint/memcmp.txt" | sort >"$tmp/want"
diff -u "$tmp/want" "$tmp/got" || {
    echo "memcmp is for public data, in the places that memcmp.txt counts"
    exit 1
}

# and the lint can fail; words in comments and strings are no calls
cat >"$tmp/bad.c" <<'EOT'
int a = atoi(text);
p = malloc(n * sizeof(*p));
EOT
cat >"$tmp/good.c" <<'EOT'
/* not atoi(text), and
 * not strcpy(a, b) */
say("system(\"x\")"); /* gets(a) */ p = calloc(n, sizeof(*p));
my_system(1);
EOT
if [ "$(check "$tmp/bad.c" | wc -l)" != 2 ] || [ -n "$(check "$tmp/good.c")" ]; then
    echo "the lint does not tell its own samples apart"
    check "$tmp/bad.c" "$tmp/good.c"
    exit 1
fi
