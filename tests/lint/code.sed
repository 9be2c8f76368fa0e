# Leaves the code of a C file, line by line: comments and strings go.
s/"\([^"\\]\|\\.\)*"/""/g
:again
s|/\*.*\*/||
t again
/\/\*/,/\*\// {
    /\/\*/ {
        s|/\*.*||
        b
    }
    /\*\//!{
        s/.*//
        b
    }
    s|.*\*/||
}
