/* SPDX-License-Identifier: LGPL-2.1-only */
#include "base/rc.h"

#include <stddef.h>

struct words {
    enum xls_rc rc;
    const char *name;
    const char *text;
};

static const struct words table[] = {
    {XLS_OK, "ok", "no fault"},
    {XLS_PEER_SHORT, "peer-short", "the input ended early"},
    {XLS_PEER_RANGE, "peer-range", "a field is out of range"},
    {XLS_PEER_TRAIL, "peer-trail", "bytes are left over"},
    {XLS_PEER_ORDER, "peer-order", "a message came at the wrong time"},
    {XLS_PEER_AUTH, "peer-auth", "authentication failed"},
    {XLS_PEER_POLICY, "peer-policy", "policy does not permit it"},
    {XLS_PEER_REFUSED, "peer-refused", "the other host refused"},
    {XLS_PEER_TIME, "peer-time", "the other host was silent for too long"},
    {XLS_HOST_NOMEM, "host-nomem", "out of memory"},
    {XLS_HOST_IO, "host-io", "a system call failed"},
    {XLS_HOST_CONF, "host-conf", "the configuration is not usable"},
    {XLS_HOST_GONE, "host-gone", "a helper process ended early"},
    {XLS_HOST_XEN, "host-xen", "Xen's toolstack failed"},
    {XLS_HOST_BUSY, "host-busy", "another migration or process is at it"},
    {XLS_HOST_DOUBT, "host-doubt", "whether it was done is not known"},
    {XLS_BUG_CONTRACT, "bug-contract", "internal error"},
};

static const struct words *find(enum xls_rc rc)
{
    static const struct words unknown = {XLS_BUG_CONTRACT, "unknown",
                                         "an unknown fault"};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].rc == rc) {
            return &table[i];
        }
    }
    return &unknown;
}

const char *xls_rc_name(enum xls_rc rc)
{
    return find(rc)->name;
}

const char *xls_rc_text(enum xls_rc rc)
{
    return find(rc)->text;
}

bool xls_rc_is_peer(enum xls_rc rc)
{
    return ((unsigned)rc & 0xf00U) == 0x100U;
}
