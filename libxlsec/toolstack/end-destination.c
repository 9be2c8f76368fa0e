/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/end-destination.h"

#include <stdio.h>

#include "attest/reason.h"

enum xls_destination_state
xls_destination_at(const struct xls_destination_end *end)
{
    return (enum xls_destination_state)xls_journal_view(end->journal)->state;
}

/* "ID HOST": what the copy here belongs to. */
static void mark(const struct xls_destination_end *end)
{
    const struct xls_journal_facts *f = &xls_journal_view(end->journal)->facts;
    char id[2 * XLS_ID_LEN + 1];
    char text[sizeof(id) + XLS_NAME];

    xls_hex(id, sizeof(id), f->id, XLS_ID_LEN);
    (void)snprintf(text, sizeof(text), "%s %s", id, f->peer);
    if (end->ops->mark != NULL) {
        end->ops->mark(end->ops->ctx, text);
    }
}

enum xls_rc xls_destination_step(struct xls_destination_end *end,
                                 enum xls_destination_event event,
                                 const char *note, struct xls_why *why)
{
    enum xls_destination_state at = xls_destination_at(end);
    enum xls_destination_state next = xls_destination_next(at, event);
    enum xls_rc rc;

    if (next == XLS_DESTINATION_NONE) {
        return xls_why_set(
            why, XLS_BUG_CONTRACT, "'%s' has no place in state '%s'",
            xls_destination_event_name(event), xls_destination_state_name(at));
    }
    if (next == at) {
        return XLS_OK;
    }
    rc = xls_journal_enter(end->journal, next, note, why);
    if (rc == XLS_OK && next == XLS_DESTINATION_PREPARED) {
        mark(end);
    }
    return rc;
}

/* [P-82] */
enum xls_rc xls_destination_burn(struct xls_destination_end *end,
                                 enum xls_destination_event event,
                                 const char *note, struct xls_why *why)
{
    struct xls_why local = {""};

    if (end->ops->destroy(end->ops->ctx, &local) != XLS_OK) {
        return xls_why_set(why, XLS_HOST_XEN, "%s", local.text);
    }
    if (end->place != NULL && xls_place_undo(end->place, &local) != XLS_OK) {
        end->say(end->say_ctx, local.text);
    }
    return xls_destination_step(end, event, note, why);
}

/* They are the guest's now: the audit log has it, or our own log why not. */
static void note_place(struct xls_destination_end *end)
{
    struct xls_why local = {""};

    if (end->place != NULL && xls_place_done(end->place, &local) != XLS_OK) {
        end->say(end->say_ctx, local.text);
    }
}

/* Where that cannot be told, it may. */
static bool may_have_run(const struct xls_destination_end *end)
{
    const struct xls_journal_facts *f = &xls_journal_view(end->journal)->facts;
    enum xls_found found = XLS_FOUND_NOTHING;
    struct xls_why local = {""};

    return end->ops->find(end->ops->ctx, f->uuid, f->guest, &found, &local) !=
               XLS_OK ||
           found == XLS_FOUND_STARTED;
}

enum xls_rc xls_destination_start(struct xls_destination_end *end,
                                  struct xls_why *why)
{
    const struct xls_journal_facts *f = &xls_journal_view(end->journal)->facts;
    enum xls_rc rc = XLS_OK;

    if (end->place != NULL) { /* [P-81] */
        rc = xls_place_settle(end->place, why);
    }
    if (rc == XLS_OK) {
        rc = end->ops->run(end->ops->ctx, f->paused, why);
    }
    if (rc != XLS_OK && may_have_run(end)) {
        return rc;
    }
    if (rc != XLS_OK) {
        rc = xls_destination_step(end, XLS_DESTINATION_UNSTARTABLE, why->text,
                                  why);
        /* [P-90] what may not last is not begun */
        return rc == XLS_OK ? xls_destination_burn(end, XLS_DESTINATION_GONE,
                                                   why->text, why)
                            : rc;
    }
    if (end->ops->mark != NULL) {
        end->ops->mark(end->ops->ctx, NULL);
    }
    note_place(end);
    return xls_destination_step(end, XLS_DESTINATION_STARTED, NULL, why);
}
