/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * guest: what a migration does to guests, as two short lists of acts.  Level 6.
 *
 * toolstack/send and toolstack/receive decide what happens when; the acts are
 * done by toolstack/xen on libxl, or by a stand-in that feeds and takes real
 * streams, with which the tests run the same decisions and processes.
 *
 * Every act says in why what went wrong, for a person.
 */
#ifndef XLS_TOOLSTACK_GUEST_H
#define XLS_TOOLSTACK_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"
#include "proto/control.h"
#include "xenfmt/config.h"

/* Of this host, whichever role it has. */
struct xls_measure_ops {
    void *ctx;
    /* What Xen, dom0 and the toolstack are made of, for software Evidence:
     * *len octets of lines (attest/softlog), which the caller frees.  libexec
     * is where the helper programs are. */
    enum xls_rc (*measure)(void *ctx, const char *libexec, char **lines,
                           size_t *len, struct xls_why *why);
};

/* At the source. */
struct xls_source_ops {
    void *ctx;
    /* The guest as it is: its config as libxl's JSON, which the caller frees,
     * and this host's Xen version in offer->xen*. */
    enum xls_rc (*describe)(void *ctx, char **json, struct xls_offer *offer,
                            struct xls_why *why);
    /* Write the whole libxl stream to fd and leave the guest suspended; blocks,
     * and runs in a thread of its own.  On error the guest may run or not:
     * resume() is always called after it. */
    enum xls_rc (*save)(void *ctx, int fd, struct xls_why *why);
    /* Make save(), which is at work in another thread, end soon, with an error:
     * ask libxl to; force: end by force what libxl waits for.  May be called
     * again.  The op may be NULL: then it ends by itself, once nobody reads fd.
     */
    void (*stop)(void *ctx, bool force);
    /* Let the guest have only this much of its CPUs, in per cent of what it had
     * before the first call, during save(); resume() gives it all back.  On
     * error nothing has changed.  The op may be NULL. */
    enum xls_rc (*slow)(void *ctx, unsigned percent, struct xls_why *why);
    /* *down: the guest is suspended.  Cheap, called often during save(). */
    enum xls_rc (*is_down)(void *ctx, bool *down, struct xls_why *why);
    /* Let it run again under its own name, from wherever save() left it, and
     * with the CPUs that it had; does nothing when it does. */
    enum xls_rc (*resume)(void *ctx, struct xls_why *why);
    /* Take the guest's name away from it (NAME--migratedaway), or give it back;
     * does nothing when it has that name, or was not found here. */
    enum xls_rc (*rename)(void *ctx, bool away, struct xls_why *why);
    /* Destroy the suspended copy, if there is one: the other side runs it. */
    enum xls_rc (*destroy)(void *ctx, struct xls_why *why);
    /* Show to who looks at this host that the guest was given away in this
     * migration ("ID HOST"), which is not settled; NULL: that it is this host's
     * again.  The op may be NULL. */
    void (*mark)(void *ctx, const char *text);
};

/* The guest that is coming, as judged. */
struct xls_incoming {
    const struct xls_config_facts *facts;
    const char *config; /* JSON, our own text */
    bool keep_domid;
};

/* What is here of a guest that was to come. */
enum xls_found {
    XLS_FOUND_NOTHING,
    XLS_FOUND_INCOMING, /* NAME--incoming: nobody's yet */
    XLS_FOUND_NAMED,    /* it has its own name, and has never run */
    XLS_FOUND_STARTED,  /* its own name, and it runs, or may have run */
};

/* At the destination. */
struct xls_destination_ops {
    void *ctx;
    /* May this guest come here, as far as this host and its resources go?
     * Fills admit, or refuses with XLS_PEER_POLICY, the rule's name (static
     * storage) and why. */
    enum xls_rc (*admit)(void *ctx, const struct xls_incoming *guest,
                         struct xls_admit *admit, const char **rule,
                         struct xls_why *why);
    /* Build the guest, paused, as NAME--incoming from config and the libxl
     * stream on fd; blocks, and runs in a thread of its own. */
    enum xls_rc (*restore)(void *ctx, const struct xls_incoming *guest, int fd,
                           struct xls_why *why);
    /* Give the guest its name; start it unless it is to stay paused.  Does
     * what of it is not done yet. */
    enum xls_rc (*run)(void *ctx, bool paused, struct xls_why *why);
    /* Destroy what restore() made; does nothing when there is nothing. */
    enum xls_rc (*destroy)(void *ctx, struct xls_why *why);
    /* Show to who looks at this host that the guest has come in this migration
     * ("ID HOST"), and may not run yet; NULL: that it is this host's.  The op
     * may be NULL. */
    void (*mark)(void *ctx, const char *text);
    /* Find what an earlier process has left of this guest here, by its uuid and
     * name; the other acts are then about that. */
    enum xls_rc (*find)(void *ctx, const uint8_t uuid[16], const char *name,
                        enum xls_found *found, struct xls_why *why);
};

#endif
