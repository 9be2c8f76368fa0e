#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The manual pages: well formed, installed, and true: every option that a
# program's usage names is in its page and no other, every word of xlsec.conf is
# in xlsec.conf(5), and every exported function in libxlsec(3).
set -eu
dir=${srcdir:-.}
build=${builddir:-.}
bad=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

wrong() {
    echo "$*"
    bad=1
}

# The options that a usage text names, one a line; another program's are none.
usage_options() {
    sed 's/xlsecd --inetd//' | grep -oE '(^|[[ ,|])--?[A-Za-z][a-z-]*' | grep -oE -e '--?[A-Za-z].*' | sort -u
}

# The options that a page names: .Fl v, .Fl -json, and .Fl pDv for several.
page_options() {
    grep -oE '\<Fl -?[A-Za-z][A-Za-z-]*' "$1" | sed 's/^Fl //' |
        while read -r flag; do
            case $flag in
            -*) echo "-$flag" ;;
            *) echo "$flag" | sed 's/./-&\n/g' ;;
            esac
        done | sed '/^$/d' | sort -u
}

# agree PAGE PROGRAM ARGS...: the program's usage and its page.
agree() {
    page=$dir/doc/$1
    shift
    [ -x "$1" ] || {
        wrong "$1 is not built"
        return
    }
    "$@" --help >"$tmp/usage" || wrong "$* --help fails"
    usage_options <"$tmp/usage" >"$tmp/want"
    page_options "$page" >"$tmp/got"
    diff "$tmp/want" "$tmp/got" >"$tmp/diff" ||
        wrong "$page: < usage alone, > page alone: $(grep '^[<>]' "$tmp/diff" | tr '\n' ' ')"
}

if command -v mandoc >/dev/null; then
    mandoc -Tlint -Wwarning "$dir"/doc/*.[3578] || wrong "mandoc complains"
else
    echo "mandoc is not installed: the form was not looked at"
fi
for page in "$dir"/doc/*.[1-9]; do
    grep -q "doc/${page##*/}" "$dir/doc/local.mk" ||
        wrong "$page is not installed by doc/local.mk"
done

bin=$build/xl-plugin
agree xl-migrate-secure.8 "$bin/xl-migrate-secure"
agree xl-secure-recover.8 "$bin/xl-secure-recover"
agree xl-secure-status.8 "$bin/xl-secure-status"
agree xlsecd.8 "$bin/xlsecd"
agree xlsec.8 "$bin/xlsec"
"$bin/xlsec" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' >"$tmp/commands"
[ -s "$tmp/commands" ] || wrong "xlsec --help lists no command"
while read -r command; do
    agree "xlsec-$command.8" "$bin/xlsec" "$command"
    grep -q "^\.It Cm $command\$" "$dir/doc/xlsec.8" ||
        wrong "xlsec.8 does not name the command $command"
done <"$tmp/commands"

# {"section", "word", ... in these
for file in conf conf-peers guests; do
    sed -n 's/^ *{"\([a-z]*\)", "\([a-z-]*\)",.*/\1 \2/p' \
        "$dir/libxlsec/host/$file.c" >"$tmp/words-$file"
    [ -s "$tmp/words-$file" ] || wrong "no words found in $file.c"
done
cat "$tmp"/words-* >"$tmp/words"
while read -r section word; do
    grep -q "^\.It Ic \[$section\] $word\$" "$dir/doc/xlsec.conf.5" ||
        wrong "xlsec.conf.5 does not explain $word of [$section]"
done <"$tmp/words"
sed -n 's/^\.It Ic \[\(.*\)\] \(.*\)/\1 \2/p' "$dir/doc/xlsec.conf.5" |
    sort >"$tmp/explained"
sort "$tmp/words" | comm -13 - "$tmp/explained" >"$tmp/extra"
[ ! -s "$tmp/extra" ] || wrong "xlsec.conf.5 explains what is not there: $(cat "$tmp/extra")"

sed -n 's/^ *\(xlsec_[a-z0-9_]*\);$/\1/p' "$dir/libxlsec/libxlsec.map" |
    sort >"$tmp/exported"
sed -n 's/^\.F[no] \(xlsec_[a-z0-9_]*\).*/\1/p' "$dir/doc/libxlsec.3" |
    sort -u >"$tmp/documented"
diff "$tmp/exported" "$tmp/documented" ||
    wrong "libxlsec.3: < exported, not documented; > documented, not exported"

# and the lint can fail
printf 'Usage: x [-a] [--long <n>]\n  --json  y\n' | usage_options |
    tr '\n' ' ' >"$tmp/u"
printf '.Op Fl ab\n.It Fl -long Ar n\n' >"$tmp/p"
page_options "$tmp/p" | tr '\n' ' ' >"$tmp/g"
read=$(cat "$tmp/u" "$tmp/g")
[ "$read" = "--json --long -a --long -a -b " ] ||
    wrong "the lint reads its samples as '$read'"
exit "$bad"
