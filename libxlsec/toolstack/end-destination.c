/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/end-destination.h"

enum { LOOKS = 4 };

enum xls_destination_state
xls_destination_at(const struct xls_destination_end *end)
{
    return (enum xls_destination_state)xls_journal_view(end->journal)->state;
}

static void mark(const struct xls_destination_end *end)
{
    char text[XLS_JOURNAL_MARK];

    xls_journal_mark(end->journal, text);
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

/* --- the lease ------------------------------------------------------------ */

enum xls_rc xls_destination_consult(struct xls_destination_end *end, bool there,
                                    int *event, struct xls_why *why)
{
    struct xls_lease_sight sight = {there, false};
    struct xls_lease lease;
    enum xls_rc rc;

    *event = -1;
    if (!xls_lease_is_used(end->journal)) {
        return XLS_OK;
    }
    rc = xls_lease_look(&end->lease, end->journal, &lease, &sight.down, why);
    if (rc == XLS_OK) {
        *event =
            xls_destination_lease(xls_destination_at(end), lease.value, sight)
                .event;
    }
    return rc;
}

/* Swap for as long as the state, with the copy here or not, asks for it;
 * *value is what is there then. */
static enum xls_rc swap_lease(struct xls_destination_end *end, unsigned state,
                              enum xls_lease_value *value, struct xls_why *why)
{
    for (int i = 0; i < LOOKS; i++) {
        struct xls_lease_sight sight = {true, false};
        struct xls_lease lease;
        struct xls_lease_step step;
        enum xls_rc rc =
            xls_lease_look(&end->lease, end->journal, &lease, &sight.down, why);

        if (rc != XLS_OK) {
            return rc;
        }
        *value = lease.value;
        step = xls_destination_lease((enum xls_destination_state)state,
                                     lease.value, sight);
        if (step.swap == XLS_LEASE_NONE) {
            return XLS_OK;
        }
        rc = xls_lease_swap(&end->lease, end->journal, lease.value, step.swap,
                            value, why);
        if (rc != XLS_OK || *value == step.swap) {
            return rc;
        }
    }
    return xls_why_set(why, XLS_HOST_BUSY, "the lease does not stand still");
}

enum xls_rc xls_destination_tidy_lease(struct xls_destination_end *end,
                                       unsigned state, struct xls_why *why)
{
    enum xls_lease_value value;

    return xls_lease_is_used(end->journal) ? swap_lease(end, state, &value, why)
                                           : XLS_OK;
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

/* [P-103] *ours: this host may start it; else the source has taken it back. */
static enum xls_rc take_lease(struct xls_destination_end *end, bool *ours,
                              struct xls_why *why)
{
    enum xls_lease_value value = XLS_LEASE_NONE;
    enum xls_rc rc;

    *ours = true;
    if (!xls_lease_is_used(end->journal)) {
        return XLS_OK;
    }
    rc = swap_lease(end, XLS_DESTINATION_TAKING, &value, why);
    *ours = value == XLS_LEASE_TAKEN || value == XLS_LEASE_RUNS;
    if (rc != XLS_OK || *ours) {
        return rc;
    }
    if (value == XLS_LEASE_SOURCE && !may_have_run(end)) {
        return xls_why_set(why, XLS_OK, "the source has taken the guest back");
    }
    return xls_why_set(why, XLS_HOST_CONF,
                       "the lease of the migration says '%s': the guest is not "
                       "started",
                       xls_lease_name(value));
}

/* Does the lease have to be given back?  Before PREPARED it was never offered;
 * and who says ABORT has it. */
static bool gives_back(const struct xls_destination_end *end,
                       enum xls_destination_event event)
{
    enum xls_destination_state at = xls_destination_at(end);

    return (at == XLS_DESTINATION_PREPARED || at == XLS_DESTINATION_BURNING) &&
           event != XLS_DESTINATION_ABORT &&
           event != XLS_DESTINATION_VOUCH_BURN;
}

/* --- acts ----------------------------------------------------------------- */

/* [P-82] */
enum xls_rc xls_destination_burn(struct xls_destination_end *end,
                                 enum xls_destination_event event,
                                 const char *note, struct xls_why *why)
{
    struct xls_why local = {""};
    enum xls_rc rc = XLS_OK;

    if (end->ops->destroy(end->ops->ctx, &local) != XLS_OK) {
        return xls_why_set(why, XLS_HOST_XEN, "%s", local.text);
    }
    if (end->place != NULL && xls_place_undo(end->place, &local) != XLS_OK) {
        end->say(end->say_ctx, local.text);
    }
    if (gives_back(end, event)) {
        local.text[0] = '\0';
        rc = xls_destination_tidy_lease(end, XLS_DESTINATION_BURNED, &local);
    }
    return rc == XLS_OK ? xls_destination_step(end, event, note, why)
                        : xls_why_set(why, rc, "%s", local.text);
}

/* They are the guest's now: the audit log has it, or our own log why not. */
static void note_place(struct xls_destination_end *end)
{
    struct xls_why local = {""};

    if (end->place != NULL && xls_place_done(end->place, &local) != XLS_OK) {
        end->say(end->say_ctx, local.text);
    }
}

/* It cannot be started, and has not run; why says why. */
static enum xls_rc give_up(struct xls_destination_end *end, struct xls_why *why)
{
    enum xls_rc rc =
        xls_destination_step(end, XLS_DESTINATION_UNSTARTABLE, why->text, why);

    /* [P-90] what may not last is not begun */
    return rc == XLS_OK
               ? xls_destination_burn(end, XLS_DESTINATION_GONE, why->text, why)
               : rc;
}

enum xls_rc xls_destination_start(struct xls_destination_end *end,
                                  struct xls_why *why)
{
    const struct xls_journal_facts *f = &xls_journal_view(end->journal)->facts;
    struct xls_why local = {""};
    bool ours;
    enum xls_rc rc = take_lease(end, &ours, why);

    if (rc != XLS_OK || !ours) {
        return rc == XLS_OK ? give_up(end, why) : rc;
    }
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
        return give_up(end, why);
    }
    if (end->ops->mark != NULL) {
        end->ops->mark(end->ops->ctx, NULL);
    }
    note_place(end);
    rc = xls_destination_step(end, XLS_DESTINATION_STARTED, NULL, why);
    if (rc == XLS_OK && xls_destination_tidy_lease(
                            end, XLS_DESTINATION_COMMITTED, &local) != XLS_OK) {
        end->say(end->say_ctx, local.text); /* COMMITTED says as much */
    }
    return rc;
}
