/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec/migrate: move a running guest to another host, or take one.
 *
 * For authors of toolstacks: this is what xl migrate-secure and xlsecd do.  The
 * process has to run as root in dom0; it starts the helper processes of this
 * library and waits for them by their ids.  It must not use libxl meanwhile,
 * must not reap children that it did not start, and should ignore SIGPIPE.  A
 * handle is for one migration and one thread.
 */
#ifndef XLSEC_MIGRATE_H
#define XLSEC_MIGRATE_H

#include <stdint.h>

#include "xlsec/xlsec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How it ended; the numbers are the exit codes of xl migrate-secure. */
enum xlsec_outcome {
    XLSEC_MOVED = 0,
    XLSEC_STAYED = 1,  /* failed; the guest runs at the source */
    XLSEC_REFUSED = 3, /* by policy; the guest runs at the source */
    XLSEC_IN_DOUBT = 4 /* suspended at the source, may run at the destination */
};

enum xlsec_flag {
    XLSEC_PAUSED = 1,     /* leave the guest paused at the destination */
    XLSEC_KEEP_DOMID = 2, /* give it the domain id that it has here */
    XLSEC_DRY_RUN = 4     /* ask to be admitted, and stop there */
};

enum xlsec_figure {
    XLSEC_DURATION_MS = 1,
    XLSEC_DOWNTIME_MS = 2, /* upper bound, as seen from the source */
    XLSEC_STREAM_BYTES = 3,
    XLSEC_WIRE_OCTETS = 4,
    XLSEC_WIRE_PEAK_KIB = 5, /* resident memory of the helper processes */
    XLSEC_GUARD_PEAK_KIB = 6
};

struct xlsec_migration;

/*
 * A migration of the guest named or numbered by domain to host, a peer in the
 * configuration.  Strings are copied.  NULL when out of memory or when an
 * argument is NULL; the caller ends it with xlsec_migration_free().
 */
XLSEC_API struct xlsec_migration *xlsec_migration_new(const char *domain,
                                                      const char *host);

/* Free; NULL does nothing. */
XLSEC_API void xlsec_migration_free(struct xlsec_migration *m);

/* Another configuration directory than /etc/xen/xlsec; the shell command whose
 * stdin and stdout are the link.  0, or -1 when out of memory. */
XLSEC_API int xlsec_migration_set_confdir(struct xlsec_migration *m,
                                          const char *dir);
XLSEC_API int xlsec_migration_set_command(struct xlsec_migration *m,
                                          const char *command);

/* A set of enum xlsec_flag. */
XLSEC_API void xlsec_migration_set_flags(struct xlsec_migration *m,
                                         unsigned flags);

/* Abort as long as that is possible once fd becomes readable; the descriptor
 * stays the caller's. */
XLSEC_API void xlsec_migration_set_cancel(struct xlsec_migration *m, int fd);

/* Have progress called now and then while it runs, from the same thread: phase
 * is a word for a person, bytes are octets of stream so far. */
XLSEC_API void xlsec_migration_set_progress(
    struct xlsec_migration *m,
    void (*progress)(void *ctx, const char *phase, uint64_t bytes), void *ctx);

/* Run it, once; blocks until it has ended. */
XLSEC_API enum xlsec_outcome xlsec_migration_run(struct xlsec_migration *m);

/* What went wrong, for a person: empty when nothing did.  Valid until freed. */
XLSEC_API const char *xlsec_migration_reason(const struct xlsec_migration *m);

/* A figure of the migration that has run; 0 when it is not known. */
XLSEC_API uint64_t xlsec_migration_figure(const struct xlsec_migration *m,
                                          enum xlsec_figure figure);

/*
 * Serve one connection at the destination: in and out are connected
 * descriptors, may be the same, and stay the caller's.  confdir may be NULL
 * (/etc/xen/xlsec).  log is called with one line for each thing that happens,
 * and may be NULL.  XLSEC_MOVED: the guest is here, *domid is its id, and the
 * caller cares for it from now on (xlsecd waits for its end).  Otherwise
 * XLSEC_STAYED: nothing of it is here.
 */
XLSEC_API enum xlsec_outcome xlsec_receive(int in, int out, const char *confdir,
                                           void (*log)(void *ctx,
                                                       const char *line),
                                           void *ctx, uint32_t *domid);

#ifdef __cplusplus
}
#endif

#endif
