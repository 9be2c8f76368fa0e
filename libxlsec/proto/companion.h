/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * companion: what moves along with a guest beside its memory, as an OFFER
 * announces it: the state of its vTPM, and files such as NVRAM.  Level 3.
 *
 * A companion is named by its absolute path, which is the same on both hosts;
 * whether it may come to that path is the destination's to say.
 */
#ifndef XLS_PROTO_COMPANION_H
#define XLS_PROTO_COMPANION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/rd.h"
#include "base/wr.h"

/* Limits, in octets where they are sizes. */
#define XLS_COMPANIONS_MAX   16U
#define XLS_COMPANION_MOST   (4U << 20)  /* of one, all its files */
#define XLS_COMPANIONS_TOTAL (16U << 20) /* of all of them */
#define XLS_COMPANION_PATH   170U        /* without the NUL */
/* The longest list of an OFFER: its count, and each kind, generation, most and
 * path. */
#define XLS_COMPANIONS_WIRE                                                    \
    (1U + XLS_COMPANIONS_MAX * (1U + 8U + 4U + 1U + XLS_COMPANION_PATH))

enum xls_companion_kind {
    XLS_COMPANION_NONE = 0,
    XLS_COMPANION_VTPM = 1, /* a directory of swtpm's */
    XLS_COMPANION_FILE = 2,
};

struct xls_companion {
    enum xls_companion_kind kind;
    uint64_t generation; /* of a vTPM: that of the copy which is to come; else
                          * 0 */
    uint32_t most;       /* no more octets of content will come */
    char path[XLS_COMPANION_PATH + 1];
};

/* In the order of their paths, octet by octet; zeroed: none. */
struct xls_companions {
    size_t count;
    struct xls_companion list[XLS_COMPANIONS_MAX];
};

/* "vTPM state" or "file", for a person; static storage. */
const char *xls_companion_kind_name(enum xls_companion_kind kind);

/*
 * [P-72] True for what may be a companion's path: absolute, 2 to
 * XLS_COMPANION_PATH of letters, digits and "/._+@:=~-", no component empty,
 * "." or "..".
 */
bool xls_companion_path_ok(const char *path);

/*
 * Add one in its place in the order.  False, and nothing is added: there are
 * XLS_COMPANIONS_MAX, its path is not one, or it is that of another, or inside
 * or above another's.
 */
bool xls_companions_add(struct xls_companions *list,
                        const struct xls_companion *one);

/* Write the list; what xls_companions_get() would refuse makes wr fail. */
void xls_companions_put(struct xls_wr *wr, const struct xls_companions *list);

/* Read a list; what is not as [P-70] to [P-72] want it makes rd fail.  *out is
 * to be used only after xls_rd_end() said XLS_OK. */
void xls_companions_get(struct xls_rd *rd, struct xls_companions *out);

#endif
