#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# Our handshake against a live peer by another implementation (Debian:
# golang-go golang-github-flynn-noise-dev).
set -eu
command -v go >/dev/null || {
    echo "skipped: no go (Debian: apt-get install golang-go)"
    exit 77
}
path=${XLSEC_GOPATH:-/usr/share/gocode}
[ -d "$path/src/github.com/flynn/noise" ] || {
    echo "skipped: no flynn/noise in $path" \
        "(Debian: apt-get install golang-github-flynn-noise-dev)"
    exit 77
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
GOPATH=$path GO111MODULE=off GOFLAGS='' GOCACHE=$tmp/cache GOPROXY=off \
    go build -o "$tmp/peer" "${srcdir:-.}/tests/noise-peer/peer.go"
timeout 120 "${builddir:-.}/tests/noise-peer/drive" "$tmp/peer"
