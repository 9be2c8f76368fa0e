/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * A guard process that lets libxl have all of the stream, and its end, before
 * it has judged that end: nobody may take libxl's word for it.
 */
#include <string.h>
#include <unistd.h>

#include "host/role.h"
#include "host/spawn.h"
#include "xenfmt/guard.h"

enum { PIPE_FD = XLS_CTL_FD + 1, LATE_US = 700000 };

enum xls_rc __wrap_xls_guard_end(struct xls_guard *g);

enum xls_rc __wrap_xls_guard_end(struct xls_guard *g)
{
    (void)g;
    (void)close(PIPE_FD);
    (void)usleep(LATE_US);
    return XLS_PEER_SHORT;
}

int main(void)
{
    return xls_guard_main();
}
