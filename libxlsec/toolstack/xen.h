/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xen: the acts of toolstack/guest.h done to real guests, on libxl, libxenctrl
 * and libxenstore.  Level 6.
 */
#ifndef XLS_TOOLSTACK_XEN_H
#define XLS_TOOLSTACK_XEN_H

#include <stdbool.h>
#include <stdint.h>

#include <libxl.h>
#include <xenctrl.h>

#include "toolstack/guest.h"
#include "toolstack/measure.h"
#include "toolstack/recover.h"

/* The connection to this host's Xen. */
struct xls_xen {
    xentoollog_logger *log;
    libxl_ctx *ctx;
};

/* Open it; libxl's messages of severity and above go to stderr.  Close it also
 * after an error.  Errors: XLS_HOST_XEN. */
XLS_MUST_USE enum xls_rc xls_xen_open(struct xls_xen *xen,
                                      xentoollog_level severity,
                                      struct xls_why *why);
void xls_xen_close(struct xls_xen *xen);

/*
 * The name of a domain, which the caller frees; NULL: it has none, as one that
 * was half made, or is gone.
 * Errors: XLS_HOST_XEN (xenstore does not answer, not even about dom0).
 */
XLS_MUST_USE enum xls_rc xls_xen_name(const struct xls_xen *xen, uint32_t domid,
                                      char **name, struct xls_why *why);

/* What Xen says of itself, for software Evidence.  *out is written only on
 * XLS_OK.  Errors: XLS_HOST_XEN. */
XLS_MUST_USE enum xls_rc xls_xen_facts_read(const struct xls_xen *xen,
                                            struct xls_xen_facts *out,
                                            struct xls_why *why);

/* This host, measured. */
struct xls_measure_ops xls_xen_measure_ops(void);

/* A guest that is to leave.  Freed with xls_xen_source_free(). */
struct xls_xen_source;

/*
 * The guest named (or numbered) by domain.  config is the JSON of a libxl
 * domain config to send instead of the guest's own, or NULL; borrowed.
 * Errors: XLS_HOST_XEN (no such guest), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_xen_source_new(const struct xls_xen *xen,
                                            const char *domain,
                                            const char *config,
                                            struct xls_xen_source **out,
                                            struct xls_why *why);

/*
 * The guest of this uuid and name that an earlier process was about to move, as
 * far as it is still here; the acts on one that is gone do nothing.
 * Errors: XLS_HOST_XEN, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_xen_source_again(const struct xls_xen *xen,
                                              const uint8_t uuid[16],
                                              const char *name,
                                              struct xls_xen_source **out,
                                              struct xls_why *why);
void xls_xen_source_free(struct xls_xen_source *source);
struct xls_source_ops xls_xen_source_ops(struct xls_xen_source *source);

/* A guest that may come.  Freed with xls_xen_destination_free(). */
struct xls_xen_destination;
XLS_MUST_USE enum xls_rc
xls_xen_destination_new(xentoollog_level severity,
                        struct xls_xen_destination **out);
void xls_xen_destination_free(struct xls_xen_destination *destination);
struct xls_destination_ops
xls_xen_destination_ops(struct xls_xen_destination *destination);

/* The guests of journals.  Zeroed, but for severity; closed by its acts. */
struct xls_xen_recover {
    struct xls_xen xen;
    xentoollog_level severity;
};
struct xls_recover_ops xls_xen_recover_ops(struct xls_xen_recover *recover);

/* The domain that came; for what follows a migration (toolstack/watch). */
uint32_t xls_xen_destination_domid(const struct xls_xen_destination *d);

#endif
