/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * guest: the kinds of guest, as numbers that both the protocol and the parsers
 * use.  Level 0.
 */
#ifndef XLS_BASE_GUEST_H
#define XLS_BASE_GUEST_H

enum xls_guest_type {
    XLS_GUEST_ANY = 0, /* not known, or not restricted; never on the wire */
    XLS_GUEST_PV = 1,
    XLS_GUEST_HVM = 2,
    XLS_GUEST_PVH = 3,
};

#endif
