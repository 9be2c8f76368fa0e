/* SPDX-License-Identifier: LGPL-2.1-only */
/* A build without sanlock: there is no arbiter, and conf says so before anybody
 * comes here. */
#include "host/arbiter.h"

static enum xls_rc none(struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_CONF,
                       "this xlsec was built without sanlock: it has no "
                       "arbiter");
}

enum xls_rc xls_arbiter_open(const struct xls_conf *conf, int64_t wait_ms,
                             struct xls_arbiter **out, struct xls_why *why)
{
    (void)conf;
    (void)wait_ms;
    *out = NULL;
    return none(why);
}

void xls_arbiter_close(struct xls_arbiter *arbiter)
{
    (void)arbiter;
}

const char *xls_arbiter_name(const struct xls_arbiter *arbiter)
{
    (void)arbiter;
    return "";
}

enum xls_rc xls_arbiter_begin(struct xls_arbiter *arbiter,
                              const uint8_t id[XLS_ID_LEN], struct xls_why *why)
{
    (void)arbiter;
    (void)id;
    return none(why);
}

enum xls_rc xls_arbiter_enter(struct xls_arbiter *arbiter,
                              const uint8_t id[XLS_ID_LEN], struct xls_why *why)
{
    (void)arbiter;
    (void)id;
    return none(why);
}

enum xls_rc xls_arbiter_look(struct xls_arbiter *arbiter,
                             const uint8_t id[XLS_ID_LEN],
                             struct xls_lease *out, struct xls_why *why)
{
    (void)arbiter;
    (void)id;
    (void)out;
    return none(why);
}

enum xls_rc xls_arbiter_swap(struct xls_arbiter *arbiter,
                             const uint8_t id[XLS_ID_LEN],
                             enum xls_lease_value from, enum xls_lease_value to,
                             enum xls_lease_value *now, struct xls_why *why)
{
    (void)arbiter;
    (void)id;
    (void)from;
    (void)to;
    *now = XLS_LEASE_NONE;
    return none(why);
}

enum xls_rc xls_arbiter_end(struct xls_arbiter *arbiter,
                            const uint8_t id[XLS_ID_LEN], struct xls_why *why)
{
    (void)arbiter;
    (void)id;
    return none(why);
}

bool xls_arbiter_down(struct xls_arbiter *arbiter, uint32_t host)
{
    (void)arbiter;
    (void)host;
    return false;
}
