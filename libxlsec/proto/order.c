/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/order.h"

/* [P-41]: what is not here is refused, as DEAD is zero */
static const unsigned char table[XLS_PHASE_COUNT][XLS_STEP_COUNT] = {
    [XLS_PHASE_READY][XLS_OFFER] = XLS_PHASE_OFFERED,

    [XLS_PHASE_OFFERED][XLS_ADMIT] = XLS_PHASE_STREAM,
    [XLS_PHASE_OFFERED][XLS_REFUSE] = XLS_PHASE_CLOSED,
    [XLS_PHASE_OFFERED][XLS_ALIVE] = XLS_PHASE_OFFERED,

    [XLS_PHASE_STREAM][XLS_STEP_RECORD] = XLS_PHASE_STREAM,
    [XLS_PHASE_STREAM][XLS_STEP_FINAL] = XLS_PHASE_ENDED,
    [XLS_PHASE_STREAM][XLS_FAILED] = XLS_PHASE_CLOSED,
    [XLS_PHASE_STREAM][XLS_ABORT] = XLS_PHASE_CLOSED,
    [XLS_PHASE_STREAM][XLS_ALIVE] = XLS_PHASE_STREAM,

    [XLS_PHASE_ENDED][XLS_PREPARED] = XLS_PHASE_PREPARED,
    [XLS_PHASE_ENDED][XLS_FAILED] = XLS_PHASE_CLOSED,
    [XLS_PHASE_ENDED][XLS_ABORT] = XLS_PHASE_CLOSED,
    [XLS_PHASE_ENDED][XLS_ALIVE] = XLS_PHASE_ENDED,

    [XLS_PHASE_PREPARED][XLS_COMMIT] = XLS_PHASE_COMMITTED,
    [XLS_PHASE_PREPARED][XLS_ABORT] = XLS_PHASE_CLOSED,
    [XLS_PHASE_PREPARED][XLS_ALIVE] = XLS_PHASE_PREPARED,

    [XLS_PHASE_COMMITTED][XLS_COMMITTED] = XLS_PHASE_CLOSED,
    [XLS_PHASE_COMMITTED][XLS_BURNED] = XLS_PHASE_CLOSED,
    [XLS_PHASE_COMMITTED][XLS_ALIVE] = XLS_PHASE_COMMITTED,
};

/* [P-42] records are data, and data goes from source to destination */
static bool may_take(enum xls_role sender, unsigned step)
{
    if (step >= XLS_CONTROL_TYPES) {
        return sender == XLS_ROLE_SOURCE;
    }
    return xls_control_sends(sender, (enum xls_control_type)step);
}

enum xls_session_phase xls_order(enum xls_role sender,
                                 enum xls_session_phase phase, unsigned step)
{
    if ((unsigned)phase >= XLS_PHASE_COUNT || step >= XLS_STEP_COUNT ||
        !may_take(sender, step)) {
        return XLS_PHASE_DEAD;
    }
    return (enum xls_session_phase)table[phase][step];
}
