#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Published Noise vectors, where they are at hand; and the runner itself can
# fail.
set -eu
dir=${XLSEC_VECTORS:-${srcdir:-.}/../shared/vectors}
run=${builddir:-.}/tests/noise-vectors
file=$dir/snow__25519_ChaChaPoly_SHA512.json
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# refused DESCRIPTION STATUS ARGUMENT...
refused() {
    what=$1
    want=$2
    shift 2
    got=0
    "$run" "$@" >"$tmp/out" 2>&1 || got=$?
    if [ "$got" -ne "$want" ]; then
        echo "$what: exit $got, not $want"
        cat "$tmp/out"
        exit 1
    fi
}

refused "no argument" 2
refused "no such file" 2 "$tmp/absent"
echo '{"vectors": [' >"$tmp/cut"
refused "a file cut short" 2 "$tmp/cut"
echo '{"other": []}' >"$tmp/other"
refused "a file of something else" 2 "$tmp/other"
echo '{"vectors": [{"protocol_name": "Noise_NN_25519_ChaChaPoly_SHA512"}]}' \
    >"$tmp/none"
refused "no vector for us" 1 "$tmp/none"
echo '{"vectors": [{"protocol_name": "Noise_XX_25519_ChaChaPoly_SHA512"}]}' \
    >"$tmp/empty"
refused "a vector without content" 1 "$tmp/empty"

if [ ! -e "$file" ]; then
    echo "skipped: no vectors in $dir (set XLSEC_VECTORS)"
    exit 77
fi
"$run" "$file"
# one digit of one ciphertext, in a transport message and in a handshake's
for at in 0 2 4; do
    awk -v want="$at" '
        /"protocol_name": "Noise_XX/ { ours = 1; n = 0 }
        /"protocol_name": "Noise_X[^X]/ { ours = 0 }
        /"ciphertext"/ && ours {
            if (n == want) {
                last = substr($0, length($0) - 1, 1)
                sub(/.["]$/, (last == "0" ? "1" : "0") "\"")
            }
            n++
        }
        { print }' "$file" >"$tmp/bad"
    refused "a wrong digit in message $at" 1 "$tmp/bad"
done
