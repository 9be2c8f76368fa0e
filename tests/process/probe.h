/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * probe: stand-ins that write down, in one order for both hosts, what was done
 * to the guest.
 */
#ifndef XLS_TEST_PROBE_H
#define XLS_TEST_PROBE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "standin.h"

enum deed {
    DEED_NONE,
    DEED_DESCRIBE,
    DEED_SAVE,
    DEED_SAVED, /* the source's guest has stopped */
    DEED_RESUME,
    DEED_AWAY, /* renamed: COMMIT is next */
    DEED_BACK,
    DEED_DESTROY_SOURCE,
    DEED_ADMIT,
    DEED_RESTORE,
    DEED_RUN,
    DEED_RUN_FAILED,
    DEED_DESTROY_DESTINATION,
    DEEDS,
};

enum { DIARY = 64 };

/* Shared by both processes. */
struct diary {
    atomic_uint count;
    atomic_uchar deed[DIARY];
};

struct probe {
    struct xls_standin standin;
    struct xls_source_ops source;
    struct xls_destination_ops destination;
    struct diary *diary;
    unsigned late_ms; /* source: save() ends its stream so long before itself */
};

const char *deed_name(enum deed deed);
void diary_write(struct diary *diary, enum deed deed);
bool diary_has(const struct diary *diary, enum deed deed);

/* The acts of probe->standin, written down; the probe stays where it is. */
struct xls_source_ops probe_source(struct probe *probe);
struct xls_destination_ops probe_destination(struct probe *probe);

#endif
