/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/receive-companions.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/archive.h"
#include "toolstack/permit.h"

enum xls_rc xls_baggage_note(struct xls_baggage *b,
                             const struct xls_offer *offer)
{
    struct xls_rd rd = xls_rd_over(offer->companions, offer->companions_len);

    b->list = calloc(1, sizeof(*b->list));
    if (b->list == NULL) {
        return XLS_HOST_NOMEM;
    }
    xls_companions_get(&rd, b->list);
    return xls_rd_end(&rd);
}

/* Octets of the longest archive of this list. */
static size_t most_of(const struct xls_companions *list)
{
    size_t most = XLS_ARCHIVE_MAX - XLS_COMPANIONS_TOTAL;

    for (size_t i = 0; i < list->count; i++) {
        most += list->list[i].most;
    }
    return most;
}

enum xls_rc xls_baggage_judge(struct xls_baggage *b,
                              const struct xls_crew *crew,
                              const struct xls_config_facts *facts,
                              const char **rule, struct xls_why *why)
{
    const struct xls_place_setup setup = {.conf = &crew->conf,
                                          .list = b->list,
                                          .guest = facts->name,
                                          .peer = crew->peer_name,
                                          .uuid = facts->uuid,
                                          .migration = crew->id};
    enum xls_rc rc =
        xls_permit_companions(crew->conf.dir, crew->peer_key, b->list, why);

    *rule = "companion";
    if (rc == XLS_OK) {
        rc = xls_place_new(&setup, &b->place, rule, why);
    }
    if (rc == XLS_OK) {
        b->room = most_of(b->list);
        b->octets = malloc(b->room);
        rc = b->octets == NULL ? XLS_HOST_NOMEM : XLS_OK;
    }
    return rc;
}

enum xls_rc xls_baggage_take(struct xls_baggage *b, struct xls_crew *crew,
                             struct xls_why *why)
{
    struct xls_rd rd = xls_ipc_body(crew->msg);
    uint8_t last = xls_rd_u8(&rd);
    enum xls_rc rc = XLS_OK;

    if (b->place == NULL || b->staged || rd.rc != XLS_OK || last > 1) {
        return XLS_BUG_CONTRACT;
    }
    if (rd.left > b->room - b->len) { /* [P-79] */
        return xls_why_set(why, XLS_PEER_RANGE,
                           "more of the guest's companions comes than was "
                           "announced");
    }
    memcpy(b->octets + b->len, rd.at, rd.left);
    b->len += rd.left;
    xls_wipe(crew->msg->body, crew->msg->len);
    if (last == 1) {
        rc = xls_place_stage(b->place, b->octets, b->len, why);
        b->staged = rc == XLS_OK;
    }
    return rc;
}

static void forget(struct xls_baggage *b)
{
    if (b->octets != NULL) {
        xls_wipe(b->octets, b->len);
        free(b->octets);
        b->octets = NULL;
    }
}

void xls_baggage_undo(struct xls_baggage *b, struct xls_why *why)
{
    forget(b);
    if (b->place != NULL) {
        (void)!xls_place_undo(b->place, why);
    }
}

void xls_baggage_end(struct xls_baggage *b)
{
    forget(b);
    xls_place_free(b->place);
    b->place = NULL;
    free(b->list);
    b->list = NULL;
}
