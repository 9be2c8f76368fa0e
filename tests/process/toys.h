/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * toys: guests that are lines of files, for faults in the handover.
 *
 * What happens to a guest is a line of TOY_TOP/world.NAME, "HOST VERB", written
 * by one system call: so whatever is killed, the file says how it stands.
 * Hosts are 0 and 1; a guest is at home where its first line is.
 *
 * Of the environment: TOY_TOP; TOY_FAIL names acts that fail, such as run1 (at
 * host 1); with TOY_WAIT a save stops half way, while the guest runs, until
 * there is a file TOY_TOP/go.
 */
#ifndef XLS_TEST_TOYS_H
#define XLS_TEST_TOYS_H

#include "toolstack/guest.h"
#include "toolstack/recover.h"

#define TOY_GUEST "made" /* when nobody says which */

struct toy {
    int host;
    char guest[256]; /* its name */
};

/* The acts on it; they borrow toy.  A destination's become those on the guest
 * that is admitted, or looked for. */
struct xls_source_ops toy_source_ops(struct toy *toy);
struct xls_destination_ops toy_destination_ops(struct toy *toy);

/* The acts on guests of journals at toy->host; they borrow toy. */
struct xls_recover_ops toy_recover_ops(struct toy *toy);

/* Replay its file: print how it stands at both hosts, and each line that broke
 * a rule.  True: there was never more than one, and none was lost. */
bool toy_check(const char *guest);

#endif
