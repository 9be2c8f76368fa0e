/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * pack: a guest's companions at the host that it leaves.  Level 5.
 *
 *   open     looks at everything, while the guest runs; changes nothing
 *   read     the guest is suspended: stops its swtpm, gives the archive
 *   commit   before COMMIT: the copies here get other names, so that nobody
 *            takes them for the guest's
 *   delete   after COMMITTED                      or
 *   put_back on everything else: all is as before, and swtpm goes on
 *
 * Each can be done again, by another process: see xls_pack_again().
 */
#ifndef XLS_HOST_PACK_H
#define XLS_HOST_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"
#include "host/generation.h"
#include "proto/companion.h"

/* Behind the name of a copy that was given away. */
#define XLS_PACK_AWAY "--migratedaway"

struct xls_pack;

struct xls_pack_setup {
    const struct xls_conf *conf; /* borrowed during the call */
    const char *guest;           /* its name */
    const uint8_t *uuid;         /* XLS_UUID_LEN */
};

/*
 * Look at what conf->dir/guests.d names for the guest, and see that it could
 * move.  From here on no swtpm can be started on a vTPM that has none.  *out is
 * the caller's, NULL on error; a guest without companions has one too, with an
 * empty list.
 * Errors: XLS_HOST_CONF, XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_pack_open(const struct xls_pack_setup *setup,
                                       struct xls_pack **out,
                                       struct xls_why *why);

/* What to announce; borrowed until free. */
const struct xls_companions *xls_pack_list(const struct xls_pack *pack);

/*
 * Stop the vTPM, read everything, and encode it; once.  *octets (secret) is
 * borrowed until free.
 * Errors: XLS_HOST_CONF (what was announced is not there any more),
 * XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_pack_read(struct xls_pack *pack,
                                       const uint8_t **octets, size_t *len,
                                       struct xls_why *why);

/*
 * COMMIT is next: write down that the vTPM may be given away with this
 * migration to this peer, and rename the copies here to ...--migratedaway.
 * Errors: XLS_HOST_IO; put_back is then due.
 */
XLS_MUST_USE enum xls_rc xls_pack_commit(struct xls_pack *pack,
                                         const uint8_t migration[16],
                                         const char *peer, struct xls_why *why);

/* The guest goes on here: everything as it was, as far as it was changed.
 * Errors: XLS_HOST_IO (why says what is not as before). */
XLS_MUST_USE enum xls_rc xls_pack_put_back(struct xls_pack *pack,
                                           struct xls_why *why);

/*
 * The other host runs the guest: end its swtpm, delete the copies here, and
 * write a receipt for each file to the audit log.  Goes on after an error.
 * Errors: XLS_HOST_IO (why has the first).
 */
XLS_MUST_USE enum xls_rc xls_pack_delete(struct xls_pack *pack,
                                         struct xls_why *why);

/*
 * After a crash: that which an earlier process, dead now, had of this
 * migration, found again on the disk; list is as it was announced, from the
 * journal.  In OPEN and BACK put_back is next, which does nothing where all is
 * back; not in HERE, where it may be a later migration's.  In COMMIT commit is,
 * before anything else, which sets aside what was not yet.  In MOVED
 * delete is, which touches nothing but what this migration has set aside.  An
 * swtpm that is gone is not missed: the volatile state that it stored stays for
 * the next one.
 * Errors: XLS_HOST_CONF, XLS_HOST_IO (such as a directory that is not there, or
 * not that which it was), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_pack_again(const struct xls_pack_setup *setup,
                                        const struct xls_companions *list,
                                        const uint8_t migration[16],
                                        const char *peer, struct xls_pack **out,
                                        struct xls_why *why);

/* Wipe and free; the files stay as they are.  NULL does nothing. */
void xls_pack_free(struct xls_pack *pack);

#endif
