/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * role: which end of a migration we are.  Level 3.
 */
#ifndef XLS_PROTO_ROLE_H
#define XLS_PROTO_ROLE_H

/* The source host connects and is Noise's initiator; the destination host is
 * its responder.  Zero is no role, so a forgotten one fails. */
enum xls_role {
    XLS_ROLE_NONE = 0,
    XLS_ROLE_SOURCE = 1,
    XLS_ROLE_DESTINATION = 2,
};

#endif
