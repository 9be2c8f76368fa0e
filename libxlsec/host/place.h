/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * place: a guest's companions at the host that it comes to.  Level 5.
 *
 *   new      before ADMIT: is there a place for each, free, where it can get
 *            its name, and no later copy?
 *   stage    before PREPARED: everything is written and synced, complete, under
 *            a name that no program looks for
 *   settle   after COMMIT, before the guest runs: each gets its name
 *   done     the guest runs: it is written to the audit log
 *   undo     instead, at any time: nothing of it stays
 *
 * Whether a peer may bring something to that path at all is said by its file
 * (toolstack/permit).
 */
#ifndef XLS_HOST_PLACE_H
#define XLS_HOST_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"
#include "proto/companion.h"

struct xls_place;

struct xls_place_setup {
    const struct xls_conf *conf;       /* all borrowed during the call */
    const struct xls_companions *list; /* as it was announced */
    const char *guest;                 /* its name */
    const char *peer;                  /* the host that it comes from */
    const uint8_t *uuid;               /* XLS_UUID_LEN, the guest's */
    const uint8_t *migration;          /* 16 octets */
};

/*
 * Nothing stays written yet, but the audit log, which is opened.  *out is the
 * caller's, NULL on error; on every error *rule names what refuses it (static
 * storage).
 * Errors: XLS_PEER_POLICY, XLS_HOST_CONF, XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_place_new(const struct xls_place_setup *setup,
                                       struct xls_place **out,
                                       const char **rule, struct xls_why *why);

/*
 * Take the archive apart and write everything to the disk; once.  What a dead
 * process of ours left there before is wiped.
 * Errors: XLS_PEER_* (the archive), XLS_HOST_IO, XLS_HOST_NOMEM; undo is due.
 */
XLS_MUST_USE enum xls_rc xls_place_stage(struct xls_place *place,
                                         const uint8_t *octets, size_t len,
                                         struct xls_why *why);

/*
 * Give each its name and its owner, if it has it not; nothing is ever replaced.
 * The generation of a vTPM counts as had from here on.
 * Errors: XLS_HOST_IO; undo is due, unless the guest has run.
 */
XLS_MUST_USE enum xls_rc xls_place_settle(struct xls_place *place,
                                          struct xls_why *why);

/* They are the guest's now; undo does nothing any more.  Errors: XLS_HOST_IO
 * (a line could not be added to the audit log). */
XLS_MUST_USE enum xls_rc xls_place_done(struct xls_place *place,
                                        struct xls_why *why);

/* Wipe and remove everything, staged or settled; goes on after an error.
 * Errors: XLS_HOST_IO (why has the first). */
XLS_MUST_USE enum xls_rc xls_place_undo(struct xls_place *place,
                                        struct xls_why *why);

/*
 * After a crash: that which an earlier process, dead now, staged or settled of
 * this migration, found again on the disk; setup->list is as it was announced,
 * from the journal; not for one that is settled, whose files may have left and
 * come again since.  settle and done go on from there, and do nothing once done
 * was complete; undo is for BURNED alone, and does what it says.  Whether
 * something that has a companion's name is this migration's is known by its
 * inode (host/traces) and, of a vTPM, by the mark of its generation; what is
 * not is never touched. Errors: XLS_HOST_BUSY (a process has it all the same),
 * XLS_HOST_CONF, XLS_HOST_IO (such as a directory that is not there, or not
 * that which it was), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_place_again(const struct xls_place_setup *setup,
                                         struct xls_place **out,
                                         struct xls_why *why);

/* Free; the files stay as they are.  NULL does nothing. */
void xls_place_free(struct xls_place *place);

#endif
