# shellcheck shell=sh
# For tests that have Spin search a model, after set -eu.

# spin_begin FILE.pml...: in a directory of its own that goes at the end, with
# those files and what Spin has made of the first, pan.c
spin_begin() {
    for tool in spin gcc; do
        command -v $tool >/dev/null || {
            echo "skipped: no $tool (Debian: apt-get install $tool)"
            exit 77
        }
    done
    if nm xl-plugin/xlsec-guard 2>/dev/null | grep -q __asan_init; then
        echo "skipped: a model is the same in a sanitized build"
        exit 77
    fi
    tmp=$(mktemp -d)
    trap 'rm -rf "$tmp"' EXIT
    cp "$@" "$tmp"
    cd "$tmp" || exit
    spin -a "${1##*/}" >spin.out || {
        cat spin.out
        exit 1
    }
}

# spin_outcome FILE: what a search came to: holds, fails, or incomplete where not
# all was searched
spin_outcome() {
    if grep -qE 'max search depth too small|out of memory|Bit statespace|hash-compact' "$1" ||
        ! grep -q '^Full statespace search' "$1"; then
        echo incomplete
    elif ! grep -q 'errors: 0$' "$1"; then
        echo fails
    elif grep -q 'Search not completed' "$1"; then
        echo incomplete
    else
        echo holds
    fi
}

# spin_can_fail COMMAND...: a search that is cut short is not one that holds
spin_can_fail() {
    "$@" -E -m20 >out 2>&1 || true
    [ "$(spin_outcome out)" = incomplete ] || {
        echo "a search to depth 20 is taken for a whole one"
        exit 1
    }
}
