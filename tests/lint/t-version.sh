#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The version stands in AC_INIT; everything else takes it from there, and the
# change log has an entry for it.
set -eu
dir=${srcdir:-.}
version=$(sed -n 's/^AC_INIT(\[xlsec\], \[\([^]]*\)\].*/\1/p' "$dir/configure.ac")
[ -n "$version" ] || {
    echo "configure.ac: no version in AC_INIT"
    exit 1
}
bad=0
# shellcheck disable=SC2016 # make expands it
again=$(grep -rnF "$version" "$dir/libxlsec" "$dir/xl-plugin" "$dir/scripts" \
    "$dir/Makefile.am" "$dir/m4/xls_flags.m4" --include='*.[ch]' \
    --include='*.mk' --include='*.in' --include='*.am' || true)
[ -z "$again" ] || {
    echo "the version stands here too, and should come from AC_INIT:"
    echo "$again"
    bad=1
}
grep -q "^## \[*$version\]*" "$dir/CHANGELOG.md" || {
    echo "CHANGELOG.md has no section for $version"
    bad=1
}
program=${builddir:-.}/xl-plugin/xlsec
if [ -x "$program" ]; then
    said=$("$program" --version)
    [ "$said" = "xlsec $version" ] || {
        echo "xlsec --version says '$said'"
        bad=1
    }
fi
exit "$bad"
