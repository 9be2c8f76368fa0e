#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Our ML-KEM-768 against others': Go's (1.24 and later) and the openssl
# command's (3.5 and later), each way, with good ciphertexts and with nonsense.
set -eu
kem=${builddir:-.}/tests/kem-peer/kem
by=$("$kem" by) || {
    echo "skipped: this build has no ML-KEM-768"
    exit 77
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tried=0
bad=0

# same WHAT FILE FILE
same() {
    if cmp -s "$2" "$3"; then
        echo "ok   $1"
    else
        echo "FAIL $1"
        bad=1
    fi
}

# DER around an encapsulation key, and around a seed (FIPS 203's d || z)
der_pub() {
    printf '\060\202\004\262\060\013\006\011\140\206\110\001\145\003\004\004\002\003\202\004\241\000'
    cat
}
der_seed() {
    printf '\060\124\002\001\000\060\013\006\011\140\206\110\001\145\003\004\004\002\004\102\200\100'
    cat
}

# their Go|openssl pub|wrap|unwrap: as kem does
their() {
    case "$1 $2" in
    Go*)
        "$tmp/peer" "$2"
        ;;
    *pub)
        der_seed >"$tmp/o.key"
        openssl pkey -inform DER -in "$tmp/o.key" -pubout -outform DER | tail -c 1184
        ;;
    *unwrap)
        cat >"$tmp/o.in"
        head -c 64 "$tmp/o.in" | der_seed >"$tmp/o.key"
        tail -c 1088 "$tmp/o.in" >"$tmp/o.text"
        openssl pkeyutl -decap -keyform DER -inkey "$tmp/o.key" \
            -in "$tmp/o.text" -secret "$tmp/o.secret" && cat "$tmp/o.secret"
        ;;
    *wrap)
        der_pub >"$tmp/o.pub"
        openssl pkeyutl -encap -pubin -keyform DER -inkey "$tmp/o.pub" \
            -out "$tmp/o.text" -secret "$tmp/o.secret" &&
            cat "$tmp/o.text" "$tmp/o.secret"
        ;;
    esac
}

# with Go|openssl: everything, between them and us
with() {
    tried=$((tried + 1))
    "$kem" pub <"$tmp/seed" >"$tmp/pub"
    their "$1" pub <"$tmp/seed" >"$tmp/pub.theirs"
    same "$1: the key of a seed" "$tmp/pub" "$tmp/pub.theirs"
    their "$1" wrap <"$tmp/pub" >"$tmp/theirs"
    head -c 1088 "$tmp/theirs" | cat "$tmp/seed" - | "$kem" unwrap >"$tmp/secret"
    tail -c 32 "$tmp/theirs" >"$tmp/secret.theirs"
    same "$1: they encapsulate" "$tmp/secret" "$tmp/secret.theirs"
    "$kem" wrap <"$tmp/pub" >"$tmp/ours"
    head -c 1088 "$tmp/ours" | cat "$tmp/seed" - | their "$1" unwrap >"$tmp/secret.theirs"
    tail -c 32 "$tmp/ours" >"$tmp/secret"
    same "$1: we encapsulate" "$tmp/secret" "$tmp/secret.theirs"
    cat "$tmp/seed" "$tmp/nonsense" | "$kem" unwrap >"$tmp/secret"
    cat "$tmp/seed" "$tmp/nonsense" | their "$1" unwrap >"$tmp/secret.theirs"
    same "$1: a ciphertext that nobody made" "$tmp/secret" "$tmp/secret.theirs"
    # and the comparison can fail
    ! cmp -s "$tmp/secret" "$tmp/ours" || bad=1
}

head -c 64 /dev/urandom >"$tmp/seed"
head -c 1088 /dev/urandom >"$tmp/nonsense"
if command -v go >/dev/null && [ -d "$(go env GOROOT)/src/crypto/mlkem" ]; then
    GO111MODULE=off GOFLAGS='' GOCACHE=$tmp/cache GOPROXY=off \
        go build -o "$tmp/peer" "${srcdir:-.}/tests/kem-peer/peer.go"
    with Go
fi
if openssl list -kem-algorithms 2>/dev/null | grep -q 'ML-KEM-768'; then
    with openssl
fi
[ $tried -gt 0 ] || {
    echo "skipped: neither Go 1.24 nor OpenSSL 3.5's command is here to try $by with"
    exit 77
}
exit $bad
