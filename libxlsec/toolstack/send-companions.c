/* SPDX-License-Identifier: LGPL-2.1-only */
/* What moves along with the guest, at the host that it leaves. */
#include <stdlib.h>

#include "base/wr.h"
#include "host/pieces.h"
#include "toolstack/send-private.h"

enum xls_rc xls_sending_announce(struct xls_sending *s)
{
    const struct xls_pack_setup setup = {
        .conf = &s->crew.conf, .guest = s->facts.name, .uuid = s->facts.uuid};
    struct xls_offer *offer = &s->control.u.offer;
    struct xls_wr wr;
    enum xls_rc rc = xls_pack_open(&setup, &s->pack, s->why);

    s->companions = malloc(XLS_COMPANIONS_WIRE);
    if (rc == XLS_OK && s->companions == NULL) {
        rc = XLS_HOST_NOMEM;
    }
    if (rc == XLS_OK) {
        wr = xls_wr_over(s->companions, XLS_COMPANIONS_WIRE);
        xls_companions_put(&wr, xls_pack_list(s->pack));
        rc = xls_wr_end(&wr, &offer->companions_len);
        offer->companions = s->companions;
        s->report->companions = (unsigned)xls_pack_list(s->pack)->count;
    }
    return rc;
}

enum xls_rc xls_sending_pack(struct xls_sending *s)
{
    if (xls_pack_list(s->pack)->count > 0) {
        xls_sending_enter(s, "vTPM and files");
    }
    return xls_pack_read(s->pack, &s->archive, &s->archive_len, s->why);
}

enum xls_rc xls_sending_piece(struct xls_sending *s)
{
    size_t left = s->archive_len - s->archive_at;
    size_t n = left < XLS_PIECE_MAX ? left : XLS_PIECE_MAX;
    const uint8_t *at;
    enum xls_rc rc;

    if (!s->asked || s->archive == NULL) {
        return XLS_OK;
    }
    s->asked = false;
    at = s->archive + s->archive_at;
    s->archive_at += n;
    s->gave_last = n == left;
    rc = xls_pieces_send(s->crew.wire.ctl, at, n, n == left);
    return rc == XLS_OK ? rc : xls_crew_reason(&s->crew, rc, s->why);
}
