# SPDX-License-Identifier: LGPL-2.1-only
# Prints "FILE FUNCTION LINES" for every function of more than max lines, from
# its opening to its closing brace.
FNR == 1 { name = ""; from = 0 }
/^[A-Za-z_].*\(/ {
    head = $0
    sub(/\(.*/, "", head)
    n = split(head, word, /[ *]+/)
    name = word[n]
}
/^\{/ { from = FNR }
/^\}/ && from {
    if (FNR - from - 1 > max)
        print FILENAME, name, FNR - from - 1
    from = 0
}
