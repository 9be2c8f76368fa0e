/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * cfgpolicy: what this host accepts from one peer beyond what it accepts from
 * everyone.  Level 2.  doc/STREAM.md, "What a receiver accepts".
 *
 * A policy is a list of (word, pattern).  None of them: the safe default, so a
 * zeroed policy denies whatever could touch the host.
 */
#ifndef XLS_XENFMT_CFGPOLICY_H
#define XLS_XENFMT_CFGPOLICY_H

#include <stdbool.h>
#include <stddef.h>

/* The words of a peer's file. */
enum xls_cfg_word {
    XLS_ACCEPT_NEVER = 0, /* no word permits it */
    XLS_ACCEPT_DISK,
    XLS_ACCEPT_DISK_FORMAT,
    XLS_ACCEPT_SCRIPT,
    XLS_ACCEPT_KERNEL,
    XLS_ACCEPT_FIRMWARE,
    XLS_ACCEPT_BOOTLOADER,
    XLS_ACCEPT_DEVICE_MODEL,
    XLS_ACCEPT_QEMU_ARG,
    XLS_ACCEPT_LISTEN,
    XLS_ACCEPT_BRIDGE,
    XLS_ACCEPT_BACKEND,
    XLS_ACCEPT_PCI,
    XLS_ACCEPT_XENSTORE,
    XLS_ACCEPT_VTPM, /* of companions, as is the next */
    XLS_ACCEPT_FILE,
    XLS_ACCEPT_SETTING, /* PATH or PATH=PATTERN: any other governed member */
    XLS_ACCEPT_WORDS,
};

enum { XLS_CFG_POLICY_MAX = 4096, XLS_CFG_PATTERN_MAX = 170 };

struct xls_cfg_policy {
    size_t used;
    char text[XLS_CFG_POLICY_MAX]; /* word, pattern, NUL; one after another */
};

/*
 * One thing that is refused.  Texts are NUL-terminated printable ASCII; a
 * secret is in none of them [S-37].
 */
struct xls_cfg_found {
    bool format;    /* wrong for every receiver; else a matter of policy */
    char rule[8];   /* "S-200" */
    char path[128]; /* "disks[0].pdev_path" */
    char value[64]; /* shortened; empty when there is none to show */
    char text[128]; /* what is wrong */
    char line[224]; /* the line of a peer's file that would accept it; empty
                     * when none would */
};

/* Told of each; false ends the walk. */
typedef bool xls_cfg_tell(void *ctx, const struct xls_cfg_found *found);

/* "accept-disk" and so on; NULL for XLS_ACCEPT_NEVER.  Static storage. */
const char *xls_cfg_word_name(enum xls_cfg_word word);

/*
 * Add a pattern.  False, and nothing is added: it is empty, longer than
 * XLS_CFG_PATTERN_MAX, not printable ASCII, has a component "." or "..", or
 * there is no room.
 */
bool xls_cfg_policy_add(struct xls_cfg_policy *policy, enum xls_cfg_word word,
                        const char *pattern);

/*
 * Does the policy accept this value?  path is the member's, such as
 * "disks[0].pdev_path"; only XLS_ACCEPT_SETTING looks at it, and every member
 * may be permitted by that word too.  policy may be NULL: the default.
 */
bool xls_cfg_policy_has(const struct xls_cfg_policy *policy,
                        enum xls_cfg_word word, const char *path,
                        const char *value);

/*
 * [S-229] Does value match pattern?  '?' is one octet and '*' any number of
 * them, neither a slash; a pattern that ends in "/" and two '*' matches
 * everything below.
 */
bool xls_cfg_match(const char *pattern, const char *value);

/* The same for one of several patterns with blanks between them. */
bool xls_cfg_match_any(const char *patterns, const char *value);

/*
 * [S-228] False for a text that means another file than it says: with a
 * component that is empty, "." or ".."; absolute and with a comma, which would
 * begin another option of QEMU's; or with a control character.
 */
bool xls_cfg_plain(const char *value);

#endif
