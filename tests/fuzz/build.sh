# shellcheck shell=bash
# Builds of the fuzz targets, of each kind in a folder $build/KIND, with a link
# for each target.  For campaign, afl and smoke.
# shellcheck disable=SC2154 # top and build are the reader's

fuzz_configure() {
    case $1 in
    asan) set -- CC=clang CFLAGS='-O1 -g' --enable-fuzz=asan ;;
    fast) set -- CC=clang CFLAGS='-O2 -g' --enable-fuzz=fast ;;
    cover) set -- CC=clang CFLAGS='-O0 -g' --enable-fuzz=cover ;;
    afl) set -- CC=afl-clang-fast CFLAGS='-O2 -g' --enable-fuzz=afl ;;
    esac
    "$top/configure" -q "$@"
}

# fuzz_build KIND...: build what is out of date.
fuzz_build() {
    local kind name programs
    [ ! -e "$top/config.status" ] || {
        echo "this needs a source tree that is not configured itself:" \
            "make distclean" >&2
        return 1
    }
    [ -x "$top/configure" ] || "$top/autogen.sh" >/dev/null
    for kind in "$@"; do
        programs=(tests/fuzz/fuzz)
        [ "$kind" != asan ] || programs+=(tests/fuzz/seeds)
        mkdir -p "$build/$kind"
        (
            cd "$build/$kind"
            exec 3>&1 >build.log 2>&1
            { [ -e config.status ] || fuzz_configure "$kind"; } &&
                make -j"$(nproc)" "${programs[@]}" || {
                tail -n 20 build.log >&3
                exit 1
            }
            cd tests/fuzz
            for name in $(./fuzz --list | cut -d' ' -f1); do
                ln -sf fuzz "fuzz-$name"
            done
        ) || return 1
    done
}

# fuzz_seeds: the first inputs, in $build/seeds, by the build with ASan.
fuzz_seeds() {
    fuzz_seeds_by "$build/asan/tests/fuzz/seeds" "$build/seeds"
}

# fuzz_seeds_by PROGRAM OUT
fuzz_seeds_by() {
    local tmp file rc=0
    tmp=$(mktemp -d)
    for file in "$top"/tests/data/*/*.xz; do
        xz -dc "$file" >"$tmp/$(basename "$file" .xz)"
    done
    rm -rf "$2"
    "$1" "$2" "$tmp"/* || rc=$?
    rm -rf "$tmp"
    return "$rc"
}
