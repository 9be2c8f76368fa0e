# SPDX-License-Identifier: LGPL-2.1-only
# In a header: every block (what stands between blank lines) with a prototype
# has a comment in it before the first one.
FNR == 1 { depth = 0; said = 0; in_comment = 0 }
/^[ \t]*$/ && !in_comment && depth == 0 { said = 0; next }
/\/\*/ { said = 1; in_comment = 1 }
in_comment { if (/\*\//) in_comment = 0; next }
/^#/ { next }
/^extern "C"/ { next }
/^typedef/ { said = 1 } # a type of function, not one
{
    was = depth
    depth += gsub(/\{/, "{") - gsub(/\}/, "}")
    if (depth < 0)
        depth = 0 # the end of extern "C"
    if (was == 0 && depth == 0 && /\);$/ && !said) {
        printf "%s:%d: no comment above: %s\n", FILENAME, FNR, $0
        bad = 1
    }
}
END { exit bad }
