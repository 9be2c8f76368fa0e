/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * crew-private: between the parts of toolstack/crew.  Level 6.
 */
#ifndef XLS_TOOLSTACK_CREW_PRIVATE_H
#define XLS_TOOLSTACK_CREW_PRIVATE_H

#include "toolstack/crew.h"

/* Wait for one message of this type from this process, in crew->msg.  What the
 * peer says meanwhile is kept for xls_crew_next().  Errors: XLS_HOST_GONE when
 * no answer comes; as xls_crew_next(). */
XLS_MUST_USE enum xls_rc xls_crew_await(struct xls_crew *crew,
                                        enum xls_from who, uint16_t type,
                                        struct xls_why *why);

#endif
