#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Every [P-n] of doc/PROTOCOL.md, [S-n] of doc/STREAM.md and [E-n] of
# doc/EVIDENCE.md is defined once, and cited in the code and in a test; what is cited is defined.
set -eu
dir=${srcdir:-.}

# check TOP: prints what is wrong under it.
check() {
    for letter in P:PROTOCOL S:STREAM E:EVIDENCE; do
        doc=$1/doc/${letter#*:}.md
        letter=${letter%:*}
        labels=$(grep -o "\\*\\*\\[$letter-[0-9]*\\]\\*\\*" "$doc" | tr -d '*[]')
        [ -n "$labels" ] || echo "$doc defines nothing"
        echo "$labels" | sort | uniq -d | sed "s|^|$doc defines twice: |"
        for label in $labels; do
            grep -rqwF --include='*.[ch]' -e "$label" "$1/libxlsec" "$1/xl-plugin" ||
                echo "$label is cited nowhere in libxlsec or xl-plugin"
            grep -rqwF --include='*.[ch]' --include='*.def' --include='*.sh' --include='*.py' \
                -e "$label" "$1/tests" ||
                echo "$label is cited in no test"
        done
        grep -rhowE --include='*.[ch]' --include='*.def' -e "$letter-[0-9]+" "$1/libxlsec" \
            "$1/xl-plugin" "$1/tests" "$1/doc" | sort -u |
            grep -vxE 'P-(256|384|521)' | # curves
            while read -r label; do
                echo "$labels" | grep -qxF -e "$label" ||
                    echo "$label is cited, and $doc does not define it"
            done
    done
}

wrong=$(check "$dir")
[ -z "$wrong" ] || {
    echo "$wrong"
    exit 1
}

# and the lint can fail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/doc" "$tmp/libxlsec" "$tmp/xl-plugin" "$tmp/tests"
printf '**[P-1]** a **[P-2]** b\n' >"$tmp/doc/PROTOCOL.md"
printf '**[S-1]** a **[S-1]** b\n' >"$tmp/doc/STREAM.md"
printf '**[E-1]** a\n' >"$tmp/doc/EVIDENCE.md"
echo '/* [P-1], [P-3], [S-1] */' >"$tmp/libxlsec/a.c"
echo '/* [P-2] [S-1] */' >"$tmp/tests/t.c"
for want in 'P-2 is cited nowhere' 'P-1 is cited in no test' \
    'P-3 is cited, and' 'defines twice: S-1' \
    'E-1 is cited nowhere' 'E-1 is cited in no test'; do
    check "$tmp" | grep -qF "$want" || {
        echo "the lint does not say: $want"
        exit 1
    }
done
