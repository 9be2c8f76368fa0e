/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/cfgtext.h"

#include <string.h>

#define LETTERS  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS   "0123456789"
#define HEX      DIGITS "abcdefABCDEF"
#define WORD     LETTERS DIGITS "._:+%@[]-"
#define LIST     WORD ",/ "
#define TEXT_MAX 4096U
#define WORD_MAX 256U

/* Is value one of words, which have blanks between them? */
static bool is_word(const char *words, const char *value)
{
    size_t len = strlen(value);

    while (*words != '\0') {
        size_t n = strcspn(words, " ");

        if (n == len && strncmp(words, value, n) == 0) {
            return true;
        }
        words += n;
        words += strspn(words, " ");
    }
    return false;
}

/* No control characters but TAB and LF. */
static bool is_text(const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        if ((*c >= 0 && *c < 0x20 && *c != '\t' && *c != '\n') || *c == 0x7f) {
            return false;
        }
    }
    return strlen(value) <= TEXT_MAX;
}

static bool is_of(const char *value, const char *set)
{
    return strspn(value, set) == strlen(value) && strlen(value) <= WORD_MAX;
}

/* Of the form, in which 'h' is a hexadecimal digit. */
static bool is_form(const char *value, const char *form)
{
    for (; *form != '\0' && *value != '\0'; form++, value++) {
        if (*form == 'h' ? strchr(HEX, *value) == NULL : *form != *value) {
            return false;
        }
    }
    return *form == '\0' && *value == '\0';
}

const char *xls_cfg_text_wrong(const struct xls_cfg_member *m,
                               const char *value)
{
    switch (m->kind) {
    case XLS_CFG_DEFBOOL:
        return is_word("True False <default>", value)
                   ? NULL
                   : "is not True, False or <default>";
    case XLS_CFG_ENUM:
        return is_word(m->words, value) ? NULL : "is not a known word";
    case XLS_CFG_TEXT:
    case XLS_CFG_MAP:
        return is_text(value) ? NULL
                              : "has control characters, or more than 4096 "
                                "octets";
    case XLS_CFG_WORD:
        return is_of(value, WORD) ? NULL
                                  : "has other than letters, digits and "
                                    "._:+%@[]-, or more than 256 of them";
    case XLS_CFG_LIST:
        return is_of(value, LIST) ? NULL
                                  : "has other than letters, digits, blanks "
                                    "and ._:+%@[]-,/ or more than 256 of them";
    case XLS_CFG_UUID:
        return is_form(value, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh")
                   ? NULL
                   : "is not a UUID";
    case XLS_CFG_MAC:
        return is_form(value, "hh:hh:hh:hh:hh:hh") ? NULL
                                                   : "is not a MAC address";
    case XLS_CFG_MASK:
        return strspn(value, "01xks") == strlen(value) &&
                       strlen(value) == (size_t)m->hi
                   ? NULL
                   : "is not a full row of 0, 1, x, k and s";
    case XLS_CFG_BOOL:
    case XLS_CFG_NUMBER:
    case XLS_CFG_BITS:
    case XLS_CFG_BYTES:
    case XLS_CFG_CPUID:
    case XLS_CFG_OBJECT:
        break;
    }
    return "is not a text";
}
