/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/msg.h"

#include <string.h>

#include "base/wr.h"

void xls_msg_failed(int fd, enum xls_rc rc, const struct xls_why *why)
{
    uint8_t body[4 + XLS_WHY_MAX];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    const char *text =
        why != NULL && why->text[0] != '\0' ? why->text : xls_rc_text(rc);
    size_t used;

    xls_wr_u32be(&wr, (uint32_t)rc);
    xls_wr_copy(&wr, text, strnlen(text, XLS_WHY_MAX));
    if (xls_wr_end(&wr, &used) == XLS_OK) {
        (void)!xls_ipc_send(fd, XLS_MSG_FAILED, body, used);
    }
}

enum xls_rc xls_msg_read_failed(const struct xls_ipc_msg *msg,
                                struct xls_why *why)
{
    struct xls_rd rd = xls_ipc_body(msg);
    enum xls_rc rc = (enum xls_rc)xls_rd_u32be(&rd);
    char text[XLS_WHY_MAX];

    if (rd.rc != XLS_OK || rc == XLS_OK ||
        strcmp(xls_rc_name(rc), "unknown") == 0) {
        return XLS_PEER_RANGE;
    }
    xls_why_peer(text, sizeof(text), (const char *)rd.at, rd.left);
    return xls_why_set(why, rc, "%s", text);
}
