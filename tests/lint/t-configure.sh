#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# configure names everything that is missing, at once, with Debian's packages.
set -eu
dir=$(cd "${srcdir:-.}" && pwd)
if [ ! -x "$dir/configure" ] || [ -e "$dir/config.status" ]; then
    echo "skipped: needs a build outside the source tree"
    exit 77
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
if PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=$tmp/none "$dir/configure" -q \
    >out 2>&1; then
    echo "configure succeeds without any library"
    exit 1
fi
for need in 'libsodium >= .*libsodium-dev' 'json-c >= .*libjson-c-dev' \
    'inih .*libinih-dev' 'xencontrol >= .*libxen-dev' \
    'xenlight >= .*libxen-dev' 'xenstore .*libxen-dev'; do
    grep -q "$need" out || {
        echo "configure does not say that this is missing: $need"
        cat out
        exit 1
    }
done
