# SPDX-License-Identifier: LGPL-2.1-only
# An include may stay in its folder or go down a level; never up, and never
# across to another folder of the same level.
BEGIN {
    level["base"] = 0
    level["crypto"] = 1; level["xenstore-schema"] = 1
    level["attest"] = 2; level["xenfmt"] = 2
    level["proto"] = 3
    level["channel"] = 4
    level["host"] = 5
    level["toolstack"] = 6
}
match($0, /^#include "[a-z-]+\//) {
    to = substr($0, 11, RLENGTH - 11)
    n = split(FILENAME, part, "/")
    from = part[n - 1]
    if (to == "xlsec")
        next # the public headers include nothing of ours but each other
    if (!(to in level) || !(from in level)) {
        printf "%s:%d: folder %s or %s has no level\n", FILENAME, FNR, from, to
        bad = 1
        next
    }
    if (from != to && level[to] >= level[from]) {
        printf "%s:%d: %s (level %d) may not include %s (level %d)\n", \
            FILENAME, FNR, from, level[from], to, level[to]
        bad = 1
    }
}
# The cipher never sees Xen, and the Xen parser never sees a key.
FILENAME ~ /\/xenfmt\// && /#include [<"](sodium|crypto\/)/ {
    printf "%s:%d: xenfmt may not see the cipher\n", FILENAME, FNR
    bad = 1
}
FILENAME ~ /\/(crypto|proto)\// && /#include [<"](xen|libxl|xenfmt)/ {
    printf "%s:%d: the cipher may not see Xen\n", FILENAME, FNR
    bad = 1
}
# Logic below, I/O above: no system header of files, sockets or processes.
FILENAME ~ /\/(base|crypto|xenstore-schema|attest|xenfmt|proto|channel)\// &&
/#include <(unistd|fcntl|poll|signal|stdio|sys\/(socket|stat|wait|mman|ioctl)).h>/ {
    if ($0 !~ /stdio/) {
        printf "%s:%d: I/O below level 5\n", FILENAME, FNR
        bad = 1
    }
}
END { exit bad }
