#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# What make install puts where, that a program can be built with it, and that
# make uninstall takes all of it away again.
#   tests/lint/install.sh BUILD-DIR SOURCE-DIR
set -eu
build=$1
list=$2/tests/lint/installed.txt
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
make -s -C "$build" DESTDIR="$root" install
(cd "$root" && find . ! -type d | LC_ALL=C sort) >"$root.got"
trap 'rm -rf "$root" "$root.got"' EXIT
diff -u "$list" "$root.got" || {
    echo "the installed files are not those of $list"
    exit 1
}

# A toolstack's author: pkg-config, one header, one function.
export PKG_CONFIG_SYSROOT_DIR="$root"
export PKG_CONFIG_PATH="$root/usr/local/lib/pkgconfig"
cat >"$root/user.c" <<'EOT'
#include <stdio.h>
#include <xlsec/xlsec.h>
int main(void)
{
    return puts(xlsec_version()) < 0;
}
EOT
# shellcheck disable=SC2046 # several flags
${CC:-gcc} -Werror -o "$root/user" "$root/user.c" $(pkg-config --cflags --libs libxlsec)
got=$(LD_LIBRARY_PATH=$root/usr/local/lib "$root/user")
want=$(pkg-config --modversion libxlsec)
[ "$got" = "$want" ] || {
    echo "the library says $got, pkg-config $want"
    exit 1
}
rm "$root/user" "$root/user.c"

make -s -C "$build" DESTDIR="$root" uninstall
left=$(find "$root" ! -type d)
[ -z "$left" ] || {
    echo "make uninstall leaves: $left"
    exit 1
}
