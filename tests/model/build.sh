# shellcheck shell=sh
# SPDX-License-Identifier: LGPL-2.1-only
# For tests that ask the second reader: builds it once, and sets model to it;
# or ends the test as skipped.  Wants dir, the source tree.
for tool in flock go xz; do
    command -v "$tool" >/dev/null || {
        echo "skipped: no $tool (Debian: golang-go util-linux xz-utils)"
        exit 77
    }
done
model=${builddir:-.}/tests/model/model
mkdir -p "${model%/*}"
# shellcheck disable=SC2154
(
    flock 9
    if [ ! -e "$model" ] ||
        [ -n "$(find "$dir"/tests/model/*.go -newer "$model")" ]; then
        cache=$(mktemp -d)
        GO111MODULE=off GOFLAGS='' GOCACHE=${GOCACHE:-$cache} GOPROXY=off \
            go build -o "$model" "$dir"/tests/model/*.go
        rm -rf "$cache"
    fi
) 9>"$model.lock"
