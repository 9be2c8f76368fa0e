/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The guard process of a host that has been taken over: it sends whatever it
 * reads.  Linked with --wrap, so that the rest of it is the real one.
 */
#include "host/role.h"
#include "xenfmt/guard.h"

enum xls_rc __wrap_xls_guard_step(struct xls_guard *g, const uint8_t **in,
                                  size_t *len, const uint8_t **out,
                                  size_t *out_len);
enum xls_rc __wrap_xls_guard_end(struct xls_guard *g);

enum xls_rc __wrap_xls_guard_step(struct xls_guard *g, const uint8_t **in,
                                  size_t *len, const uint8_t **out,
                                  size_t *out_len)
{
    (void)g;
    *out = *in;
    *out_len = *len;
    *in += *len;
    *len = 0;
    return XLS_OK;
}

enum xls_rc __wrap_xls_guard_end(struct xls_guard *g)
{
    (void)g;
    return XLS_OK;
}

int main(void)
{
    return xls_guard_main();
}
