#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The include list is the architecture; and the lint itself can fail.
set -eu
dir=${srcdir:-.}
find "$dir/libxlsec" "$dir/xenstore-schema" -name '*.[ch]' ! -path '*/include/*' \
    -exec awk -f "$dir/tests/lint/layers.awk" {} +
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/base" "$tmp/xenfmt" "$tmp/xenstore-schema"
echo '#include "proto/noise.h"' >"$tmp/base/up.c"
echo '#include <sodium.h>' >"$tmp/xenfmt/cipher.c"
echo '#include "crypto/aead.h"' >"$tmp/xenstore-schema/across.c"
for bad in base/up.c xenfmt/cipher.c xenstore-schema/across.c; do
    if awk -f "$dir/tests/lint/layers.awk" "$tmp/$bad" >/dev/null; then
        echo "the layer lint accepts $bad, which it must refuse"
        exit 1
    fi
done
