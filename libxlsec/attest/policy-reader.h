/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * policy-reader: a policy's text while it is read.  Level 2, for policy-read.c
 * and policy-words.c only.
 */
#ifndef XLS_ATTEST_POLICY_READER_H
#define XLS_ATTEST_POLICY_READER_H

#include "attest/policy-private.h"

/* Where in the text a line stands: a word is taken in some places only. */
enum policy_place {
    IN_NOTHING = 0, /* dead */
    IN_START = 1,
    IN_NAME = 2,
    IN_VERSION = 4,
    IN_TOP = 8,
    IN_CLASS = 16,
    IN_SET = 32,
};

/* PCR 0 starts from the locality of the TPM's start, 0, 3 or 4 ([E-46]). */
#define POLICY_STARTS 3U

struct policy_reader {
    struct xls_policy *p;
    enum policy_place place;
    enum xls_rc rc; /* sticks */
    struct xls_reason *why;
    unsigned line;
    struct xls_policy_class *class; /* the one that is open */
    struct policy_set *set;
    uint32_t given;    /* PCRs that the open set has a line of */
    uint32_t replayed; /* those that its events extend */
    uint8_t replay[POLICY_STARTS][XLS_POLICY_PCRS][XLS_PCR_LEN];
    size_t sets, events, files; /* used of what was allocated */
};

struct policy_word {
    const char *name;
    unsigned places; /* where it may stand */
    /* Take the line's fields, at; false: it is not as usage says, or why has
     * another reason. */
    bool (*take)(struct policy_reader *r, char *at);
    const char *rule;
    const char *usage;
};

/* The word of this name; NULL when there is none. */
const struct policy_word *xls_policy_word(const char *name);

/* The end of the set, and of the class with its set, that is open, if one is.
 * A class is complete before its first set. */
void xls_policy_set_close(struct policy_reader *r);
void xls_policy_class_close(struct policy_reader *r);
bool xls_policy_class_complete(struct policy_reader *r);

/* Say what is wrong with a line, unless something was wrong already; false. */
__attribute__((format(printf, 5, 6))) bool
xls_policy_refuse(struct policy_reader *r, enum xls_rc rc, unsigned line,
                  const char *rule, const char *format, ...);

/* The next field at *at, which goes on behind it; NULL when there is none. */
char *xls_policy_field(char **at);

#endif
