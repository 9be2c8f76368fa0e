/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/end-source.h"

#include <poll.h>
#include <stdio.h>

#include "host/clock.h"
#include "toolstack/settle.h"

enum { PAUSE_FIRST_MS = 250, PAUSE_MOST_MS = 4000, LOOKS = 4 };

enum xls_source_state xls_source_at(const struct xls_source_end *end)
{
    return (enum xls_source_state)xls_journal_view(end->journal)->state;
}

static void tell(const struct xls_source_end *end, const char *line)
{
    if (end->tell != NULL) {
        end->tell(end->tell_ctx, line);
    }
}

/* Is there something to be asked of the destination? */
static bool asks(const struct xls_source_end *end)
{
    return xls_source_at(end) == XLS_SOURCE_COMMIT ||
           xls_source_at(end) == XLS_SOURCE_HERE;
}

void xls_source_mark(const struct xls_source_end *end)
{
    char text[XLS_JOURNAL_MARK];

    xls_journal_mark(end->journal, text);
    if (end->ops->mark != NULL) {
        end->ops->mark(end->ops->ctx, text);
    }
}

/* It is over, and so is the lease; one that stays is waste, not danger. */
static void remove_lease(struct xls_source_end *end)
{
    struct xls_why local = {""};

    if (xls_lease_remove(&end->lease, end->journal, &local) != XLS_OK) {
        tell(end, local.text);
    }
}

enum xls_rc xls_source_step(struct xls_source_end *end,
                            enum xls_source_event event, const char *note,
                            struct xls_why *why)
{
    enum xls_source_state at = xls_source_at(end);
    enum xls_source_state next = xls_source_next(at, event);
    enum xls_rc rc;

    if (next == XLS_SOURCE_NONE) {
        return xls_why_set(
            why, XLS_BUG_CONTRACT, "'%s' has no place in state '%s'",
            xls_source_event_name(event), xls_source_state_name(at));
    }
    if (next == at) {
        return XLS_OK;
    }
    if (next == XLS_SOURCE_CLOSED && xls_lease_is_used(end->journal)) {
        remove_lease(end); /* before, as nobody looks after it then */
    }
    rc = xls_journal_enter(end->journal, next, note, why);
    end->moved = end->moved || xls_source_at(end) == XLS_SOURCE_MOVED;
    if (xls_source_at(end) == XLS_SOURCE_COMMIT) {
        xls_source_mark(end);
    }
    return rc;
}

/* The guest runs there: a copy that stays is waste, not danger. */
static enum xls_rc let_go(struct xls_source_end *end, struct xls_why *why)
{
    enum xls_rc rc = end->ops->destroy(end->ops->ctx, why);

    if (rc == XLS_OK && end->pack != NULL) {
        rc = xls_pack_delete(end->pack, why);
    }
    return rc == XLS_OK ? xls_source_step(end, XLS_SOURCE_DONE, NULL, why) : rc;
}

/* Under its name, with what belongs to it. */
enum xls_rc xls_source_take_back(struct xls_source_end *end,
                                 struct xls_why *why)
{
    struct xls_why local = {""};
    enum xls_rc rc = XLS_OK;
    enum xls_rc one = end->ops->rename(end->ops->ctx, false, &local);

    if (one != XLS_OK) {
        rc = xls_why_set(why, one, "%s", local.text);
    }
    if (end->pack != NULL) { /* before the guest asks its vTPM */
        local.text[0] = '\0';
        one = xls_pack_put_back(end->pack, &local);
        if (one != XLS_OK) {
            rc = xls_why_set(why, one, "%s", local.text);
        }
    }
    local.text[0] = '\0';
    one = end->ops->resume(end->ops->ctx, &local);
    if (one != XLS_OK) {
        rc = xls_why_set(why, one, "%s", local.text);
    }
    if (rc == XLS_OK && end->ops->mark != NULL) {
        end->ops->mark(end->ops->ctx, NULL);
    }
    return rc;
}

enum xls_rc xls_source_act(struct xls_source_end *end, struct xls_why *why)
{
    enum xls_rc rc;

    switch (xls_source_at(end)) {
    case XLS_SOURCE_MOVED:
        return let_go(end, why);
    case XLS_SOURCE_BACK:
        rc = xls_source_take_back(end, why);
        return rc == XLS_OK ? xls_source_step(end, XLS_SOURCE_DONE, NULL, why)
                            : rc;
    case XLS_SOURCE_HERE:
    case XLS_SOURCE_NONE:
    case XLS_SOURCE_OPEN:
    case XLS_SOURCE_COMMIT:
    case XLS_SOURCE_CLOSED:
        break;
    }
    return XLS_OK;
}

/* --- the lease ------------------------------------------------------------ */

enum xls_rc xls_source_offer(struct xls_source_end *end, struct xls_why *why)
{
    enum xls_lease_value now = XLS_LEASE_NONE;
    struct xls_lease lease;
    bool down;
    enum xls_rc rc =
        xls_lease_look(&end->lease, end->journal, &lease, &down, why);

    if (rc == XLS_OK && lease.destination == 0) {
        rc = xls_why_set(why, XLS_PEER_POLICY,
                         "%s has not come to the lease of the migration",
                         xls_journal_view(end->journal)->facts.peer);
    }
    if (rc == XLS_OK) {
        rc = xls_lease_swap(&end->lease, end->journal, XLS_LEASE_SOURCE,
                            XLS_LEASE_OFFERED, &now, why);
    }
    end->offered = rc == XLS_OK && now == XLS_LEASE_OFFERED;
    return rc != XLS_OK || end->offered
               ? rc
               : xls_why_set(why, XLS_HOST_IO,
                             "the lease of the migration says '%s' where it "
                             "has to say 'source': it was not offered",
                             xls_lease_name(now));
}

/* Its event, with what it means for a person, and then what is due. */
static enum xls_rc obey_lease(struct xls_source_end *end,
                              enum xls_source_event event, struct xls_why *why)
{
    const char *note =
        event == XLS_SOURCE_COMMITTED ? "the lease says that it has run there"
        : event == XLS_SOURCE_BURNED
            ? "the lease is this host's, and nobody can take it any more"
            : "the lease is over, or this host's, and the other host is down";
    enum xls_rc rc = xls_source_step(end, event, note, why);

    return rc == XLS_OK ? xls_source_act(end, why) : rc;
}

enum xls_rc xls_source_consult(struct xls_source_end *end, struct xls_why *why)
{
    for (int i = 0; i < LOOKS; i++) {
        enum xls_lease_value now;
        struct xls_lease lease;
        struct xls_lease_sight sight = {false, false};
        struct xls_lease_step step;
        enum xls_rc rc =
            xls_lease_look(&end->lease, end->journal, &lease, &sight.down, why);

        if (rc == XLS_OK) {
            rc = end->ops->is_down(end->ops->ctx, &sight.copy, why);
        }
        if (rc != XLS_OK) {
            return rc;
        }
        step = xls_source_lease(xls_source_at(end), lease.value, sight);
        if (step.event >= 0) {
            return obey_lease(end, (enum xls_source_event)step.event, why);
        }
        if (step.swap == XLS_LEASE_NONE) {
            end->offered = end->offered || lease.value == XLS_LEASE_OFFERED ||
                           lease.value == XLS_LEASE_TAKEN;
            break;
        }
        rc = xls_lease_swap(&end->lease, end->journal, lease.value, step.swap,
                            &now, why);
        if (rc != XLS_OK) {
            return rc;
        }
        if (now == XLS_LEASE_OFFERED) { /* whoever comes back may take it */
            end->offered = true;
            break;
        }
        end->offered = false;
    }
    return XLS_OK;
}

/* It runs there although somebody said that it runs here. */
static enum xls_rc conflict(const struct xls_source_end *end,
                            struct xls_why *why)
{
    const struct xls_journal_facts *f = &xls_journal_view(end->journal)->facts;

    return xls_why_set(why, XLS_PEER_ORDER,
                       "TWO COPIES: %s says that guest '%s' runs there, and it "
                       "was told to run here; pause one of them at once (xl "
                       "pause), and see xlsec-handover(7)",
                       f->peer, f->guest);
}

static enum xls_rc hear(struct xls_source_end *end,
                        const struct xls_settled *answer, struct xls_why *why)
{
    static const char *const notes[] = {
        [XLS_ANSWER_COMMITTED] = "the destination runs it",
        [XLS_ANSWER_BURNED] = "the destination has destroyed its copy",
    };
    enum xls_source_event event =
        answer->answer == XLS_ANSWER_COMMITTED ? XLS_SOURCE_COMMITTED
        : answer->answer == XLS_ANSWER_BURNED  ? XLS_SOURCE_BURNED
                                               : XLS_SOURCE_UNKNOWN;
    enum xls_rc rc;

    if (event == XLS_SOURCE_COMMITTED &&
        xls_source_at(end) == XLS_SOURCE_HERE) {
        return conflict(end, why);
    }
    if (event == XLS_SOURCE_UNKNOWN) {
        return XLS_OK; /* why has what it said; the state is the same */
    }
    rc = xls_source_step(end, event, notes[answer->answer], why);
    /* an entry that does not last is made again: the answer is final */
    return rc == XLS_OK || rc == XLS_HOST_DOUBT ? xls_source_act(end, why) : rc;
}

static enum xls_rc put_question(struct xls_source_end *end, struct xls_why *why)
{
    const struct xls_journal_facts *f = &xls_journal_view(end->journal)->facts;
    bool ours = end->take_back || xls_source_at(end) == XLS_SOURCE_HERE;
    const struct xls_settle_setup setup = {.confdir = end->confdir,
                                           .facts = f,
                                           .word = ours ? XLS_SETTLE_ABORT
                                                        : XLS_SETTLE_COMMIT,
                                           .measure = end->measure};
    struct xls_settled answer = {.answer = XLS_ANSWER_NONE};
    enum xls_rc rc;

    if (end->unmet) {
        return xls_why_set(why, XLS_PEER_TIME, "%s cannot be reached", f->peer);
    }
    rc = xls_settle_ask(&setup, &answer, why);
    end->unmet = !answer.met;
    return rc == XLS_OK ? hear(end, &answer, why) : rc;
}

enum xls_rc xls_source_ask(struct xls_source_end *end, struct xls_why *why)
{
    bool used = xls_lease_is_used(end->journal);
    struct xls_why local = {""};
    enum xls_rc rc = XLS_OK;

    if (used && xls_source_at(end) == XLS_SOURCE_COMMIT) {
        rc = xls_source_consult(end, why);
        /* COMMIT is said of a lease that was offered, and of no other */
        if ((rc != XLS_OK && !end->offered) || !asks(end)) {
            return rc;
        }
        why->text[0] = '\0';
    }
    rc = put_question(end, why);
    if (used && rc != XLS_OK && xls_source_at(end) == XLS_SOURCE_HERE) {
        (void)!xls_source_consult(end, &local); /* why has the first reason */
    }
    return rc;
}

/* Sleep; true when it is to end. */
static bool pause_ms(int64_t ms, int cancel_fd)
{
    struct pollfd p = {.fd = cancel_fd, .events = POLLIN};

    return poll(&p, 1, (int)ms) == 1;
}

void xls_source_settle(struct xls_source_end *end, int64_t until, int cancel_fd,
                       struct xls_why *why)
{
    int64_t pause = PAUSE_FIRST_MS;

    while (asks(end)) {
        struct xls_why last = {""};
        char line[512];
        int64_t left;
        enum xls_rc rc;

        end->unmet = false;
        rc = xls_source_ask(end, &last);
        if (!asks(end)) {
            return;
        }
        *why = last;
        left = until - xls_now_ms();
        if (left <= 0 ||
            (rc == XLS_PEER_ORDER && xls_source_at(end) == XLS_SOURCE_HERE)) {
            return; /* two copies: asking again changes nothing */
        }
        pause = pause < left ? pause : left;
        (void)snprintf(line, sizeof(line), "%.400s; trying again", last.text);
        tell(end, line);
        if (pause_ms(pause, cancel_fd)) {
            return;
        }
        pause = 2 * pause < PAUSE_MOST_MS ? 2 * pause : PAUSE_MOST_MS;
    }
}
