/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The table of what may pass when: each production named once, all others
 * refused, in the table itself and over the wire.
 */
#include "t-session-pair.h"

struct production {
    enum xls_session_phase from;
    enum xls_role by;
    unsigned step;
    enum xls_session_phase to;
};

/* [P-41], written down a second time */
static const struct production live[] = {
    {XLS_PHASE_READY, XLS_ROLE_SOURCE, XLS_PART, XLS_PHASE_READY},
    {XLS_PHASE_READY, XLS_ROLE_SOURCE, XLS_EVIDENCE, XLS_PHASE_SHOWN_S},
    {XLS_PHASE_READY, XLS_ROLE_DESTINATION, XLS_PART, XLS_PHASE_READY},
    {XLS_PHASE_READY, XLS_ROLE_DESTINATION, XLS_EVIDENCE, XLS_PHASE_SHOWN_D},
    {XLS_PHASE_SHOWN_S, XLS_ROLE_DESTINATION, XLS_PART, XLS_PHASE_SHOWN_S},
    {XLS_PHASE_SHOWN_S, XLS_ROLE_DESTINATION, XLS_EVIDENCE, XLS_PHASE_SHOWN},
    {XLS_PHASE_SHOWN_D, XLS_ROLE_SOURCE, XLS_PART, XLS_PHASE_SHOWN_D},
    {XLS_PHASE_SHOWN_D, XLS_ROLE_SOURCE, XLS_EVIDENCE, XLS_PHASE_SHOWN},
    {XLS_PHASE_SHOWN, XLS_ROLE_SOURCE, XLS_OFFER, XLS_PHASE_OFFERED},
    {XLS_PHASE_SHOWN, XLS_ROLE_SOURCE, XLS_ABORT, XLS_PHASE_CLOSED},
    {XLS_PHASE_OFFERED, XLS_ROLE_DESTINATION, XLS_ADMIT, XLS_PHASE_STREAM},
    {XLS_PHASE_OFFERED, XLS_ROLE_DESTINATION, XLS_REFUSE, XLS_PHASE_CLOSED},
    {XLS_PHASE_STREAM, XLS_ROLE_SOURCE, XLS_STEP_RECORD, XLS_PHASE_STREAM},
    {XLS_PHASE_STREAM, XLS_ROLE_SOURCE, XLS_STEP_FINAL, XLS_PHASE_MORE},
    {XLS_PHASE_MORE, XLS_ROLE_SOURCE, XLS_STEP_RECORD, XLS_PHASE_MORE},
    {XLS_PHASE_MORE, XLS_ROLE_SOURCE, XLS_STEP_FINAL, XLS_PHASE_ENDED},
    {XLS_PHASE_ENDED, XLS_ROLE_SOURCE, XLS_PART, XLS_PHASE_ENDED},
    {XLS_PHASE_ENDED, XLS_ROLE_SOURCE, XLS_EVIDENCE, XLS_PHASE_AGAIN_S},
    {XLS_PHASE_ENDED, XLS_ROLE_DESTINATION, XLS_PART, XLS_PHASE_ENDED},
    {XLS_PHASE_ENDED, XLS_ROLE_DESTINATION, XLS_EVIDENCE, XLS_PHASE_AGAIN_D},
    {XLS_PHASE_AGAIN_S, XLS_ROLE_DESTINATION, XLS_PART, XLS_PHASE_AGAIN_S},
    {XLS_PHASE_AGAIN_S, XLS_ROLE_DESTINATION, XLS_EVIDENCE, XLS_PHASE_AGAIN},
    {XLS_PHASE_AGAIN_D, XLS_ROLE_SOURCE, XLS_PART, XLS_PHASE_AGAIN_D},
    {XLS_PHASE_AGAIN_D, XLS_ROLE_SOURCE, XLS_EVIDENCE, XLS_PHASE_AGAIN},
    {XLS_PHASE_AGAIN, XLS_ROLE_DESTINATION, XLS_PREPARED, XLS_PHASE_PREPARED},
    {XLS_PHASE_SHOWN_S, XLS_ROLE_DESTINATION, XLS_REFUSE, XLS_PHASE_CLOSED},
    {XLS_PHASE_SHOWN, XLS_ROLE_DESTINATION, XLS_REFUSE, XLS_PHASE_CLOSED},
    {XLS_PHASE_SHOWN_D, XLS_ROLE_SOURCE, XLS_ABORT, XLS_PHASE_CLOSED},
    {XLS_PHASE_AGAIN_S, XLS_ROLE_DESTINATION, XLS_REFUSE, XLS_PHASE_CLOSED},
    {XLS_PHASE_AGAIN, XLS_ROLE_DESTINATION, XLS_REFUSE, XLS_PHASE_CLOSED},
    {XLS_PHASE_PREPARED, XLS_ROLE_SOURCE, XLS_COMMIT, XLS_PHASE_COMMITTED},
    {XLS_PHASE_PREPARED, XLS_ROLE_SOURCE, XLS_ABORT, XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_COMMITTED, XLS_ROLE_DESTINATION, XLS_COMMITTED,
     XLS_PHASE_CLOSED},
    {XLS_PHASE_COMMITTED, XLS_ROLE_DESTINATION, XLS_BURNED, XLS_PHASE_CLOSED},
    {XLS_PHASE_STREAM, XLS_ROLE_DESTINATION, XLS_FAILED, XLS_PHASE_CLOSED},
    {XLS_PHASE_STREAM, XLS_ROLE_SOURCE, XLS_ABORT, XLS_PHASE_CLOSED},
    {XLS_PHASE_MORE, XLS_ROLE_DESTINATION, XLS_FAILED, XLS_PHASE_CLOSED},
    {XLS_PHASE_MORE, XLS_ROLE_SOURCE, XLS_ABORT, XLS_PHASE_CLOSED},
    {XLS_PHASE_ENDED, XLS_ROLE_DESTINATION, XLS_FAILED, XLS_PHASE_CLOSED},
    {XLS_PHASE_ENDED, XLS_ROLE_SOURCE, XLS_ABORT, XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_AGAIN_S, XLS_ROLE_DESTINATION, XLS_FAILED, XLS_PHASE_CLOSED},
    {XLS_PHASE_AGAIN_S, XLS_ROLE_SOURCE, XLS_ABORT, XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_AGAIN_D, XLS_ROLE_DESTINATION, XLS_FAILED, XLS_PHASE_CLOSED},
    {XLS_PHASE_AGAIN_D, XLS_ROLE_SOURCE, XLS_ABORT, XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_AGAIN, XLS_ROLE_DESTINATION, XLS_FAILED, XLS_PHASE_CLOSED},
    {XLS_PHASE_AGAIN, XLS_ROLE_SOURCE, XLS_ABORT, XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_SHOWN, XLS_ROLE_SOURCE, XLS_SETTLE, XLS_PHASE_ASKED},
    {XLS_PHASE_ASKED, XLS_ROLE_DESTINATION, XLS_COMMITTED, XLS_PHASE_CLOSED},
    {XLS_PHASE_ASKED, XLS_ROLE_DESTINATION, XLS_BURNED, XLS_PHASE_CLOSED},
    {XLS_PHASE_ASKED, XLS_ROLE_DESTINATION, XLS_REFUSE, XLS_PHASE_CLOSED},
    {XLS_PHASE_GIVEN_UP, XLS_ROLE_DESTINATION, XLS_BURNED, XLS_PHASE_CLOSED},
    {XLS_PHASE_GIVEN_UP, XLS_ROLE_DESTINATION, XLS_FAILED, XLS_PHASE_CLOSED},
    {XLS_PHASE_GIVEN_UP, XLS_ROLE_DESTINATION, XLS_REFUSE, XLS_PHASE_CLOSED},
    {XLS_PHASE_GIVEN_UP, XLS_ROLE_DESTINATION, XLS_PART, XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_GIVEN_UP, XLS_ROLE_DESTINATION, XLS_EVIDENCE,
     XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_GIVEN_UP, XLS_ROLE_DESTINATION, XLS_PREPARED,
     XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_ASKED, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_ASKED},
    {XLS_PHASE_ASKED, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_ASKED},
    {XLS_PHASE_GIVEN_UP, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_GIVEN_UP, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_GIVEN_UP},
    {XLS_PHASE_READY, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_READY},
    {XLS_PHASE_READY, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_READY},
    {XLS_PHASE_SHOWN_S, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_SHOWN_S},
    {XLS_PHASE_SHOWN_S, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_SHOWN_S},
    {XLS_PHASE_SHOWN_D, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_SHOWN_D},
    {XLS_PHASE_SHOWN_D, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_SHOWN_D},
    {XLS_PHASE_SHOWN, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_SHOWN},
    {XLS_PHASE_SHOWN, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_SHOWN},
    {XLS_PHASE_OFFERED, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_OFFERED},
    {XLS_PHASE_OFFERED, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_OFFERED},
    {XLS_PHASE_STREAM, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_STREAM},
    {XLS_PHASE_STREAM, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_STREAM},
    {XLS_PHASE_MORE, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_MORE},
    {XLS_PHASE_MORE, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_MORE},
    {XLS_PHASE_ENDED, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_ENDED},
    {XLS_PHASE_ENDED, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_ENDED},
    {XLS_PHASE_AGAIN_S, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_AGAIN_S},
    {XLS_PHASE_AGAIN_S, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_AGAIN_S},
    {XLS_PHASE_AGAIN_D, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_AGAIN_D},
    {XLS_PHASE_AGAIN_D, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_AGAIN_D},
    {XLS_PHASE_AGAIN, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_AGAIN},
    {XLS_PHASE_AGAIN, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_AGAIN},
    {XLS_PHASE_PREPARED, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_PREPARED},
    {XLS_PHASE_PREPARED, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_PREPARED},
    {XLS_PHASE_COMMITTED, XLS_ROLE_SOURCE, XLS_ALIVE, XLS_PHASE_COMMITTED},
    {XLS_PHASE_COMMITTED, XLS_ROLE_DESTINATION, XLS_ALIVE, XLS_PHASE_COMMITTED},
};

static const enum xls_role roles[] = {XLS_ROLE_SOURCE, XLS_ROLE_DESTINATION};

static enum xls_session_phase
want_of(enum xls_role by, enum xls_session_phase phase, unsigned step)
{
    for (size_t i = 0; i < T_COUNT(live); i++) {
        if (live[i].from == phase && live[i].by == by && live[i].step == step) {
            return live[i].to;
        }
    }
    return XLS_PHASE_DEAD;
}

static enum xls_session_phase step_of(enum xls_role role, unsigned phase,
                                      unsigned step)
{
    return xls_order(role, (enum xls_session_phase)phase, step);
}

/* [P-42] */
START_TEST(exactly_these_productions_live)
{
    unsigned count[2] = {0, 0};

    for (unsigned phase = 0; phase < 2 * XLS_PHASE_COUNT; phase++) {
        for (unsigned step = 0; step < 3 * XLS_STEP_COUNT; step++) {
            for (size_t r = 0; r < 2; r++) {
                enum xls_session_phase want =
                    want_of(roles[r], (enum xls_session_phase)phase, step);

                T(step_of(roles[r], phase, step) == want);
                count[r] += want != XLS_PHASE_DEAD ? 1U : 0U;
            }
            T(step_of(XLS_ROLE_NONE, phase, step) == XLS_PHASE_DEAD);
        }
    }
    T(count[0] == 39 && count[1] == 47);
    T(count[0] + count[1] == T_COUNT(live));
}
END_TEST

/* One-shot: but for ALIVE, records and parts every step goes forward, so no
 * message can pass twice. */
START_TEST(every_step_goes_forward)
{
    for (size_t i = 0; i < T_COUNT(live); i++) {
        bool stays = live[i].step == XLS_ALIVE ||
                     live[i].step == XLS_STEP_RECORD ||
                     live[i].step == XLS_PART ||
                     (live[i].from == XLS_PHASE_GIVEN_UP &&
                      live[i].to == XLS_PHASE_GIVEN_UP); /* it crossed ABORT */

        T(stays ? live[i].to == live[i].from : live[i].to > live[i].from);
    }
}
END_TEST

START_TEST(the_dead_the_new_and_the_closed_take_nothing)
{
    static const unsigned phases[] = {XLS_PHASE_DEAD, XLS_PHASE_HANDSHAKE,
                                      XLS_PHASE_CLOSED};

    for (size_t i = 0; i < T_COUNT(phases); i++) {
        for (unsigned step = 0; step < XLS_STEP_COUNT; step++) {
            for (size_t r = 0; r < 2; r++) {
                T(step_of(roles[r], phases[i], step) == XLS_PHASE_DEAD);
            }
        }
    }
}
END_TEST

/* Walk every path; each must end in CLOSED, COMMIT must lie between PREPARED
 * and its answer, and BURNED answers one of three. */
static unsigned walk(enum xls_session_phase at, bool prepared, bool committed)
{
    bool asked = at == XLS_PHASE_ASKED;
    bool given_up = at == XLS_PHASE_GIVEN_UP;
    unsigned paths = 0;

    if (at == XLS_PHASE_CLOSED) {
        return 1;
    }
    for (size_t i = 0; i < T_COUNT(live); i++) {
        if (live[i].from != at || live[i].to == at) {
            continue;
        }
        T(live[i].step != XLS_COMMIT || prepared);
        T(live[i].step != XLS_COMMITTED || committed || asked);
        T(live[i].step != XLS_BURNED || committed || asked || given_up);
        T(!committed || live[i].step == XLS_COMMITTED ||
          live[i].step == XLS_BURNED);
        paths += walk(live[i].to, prepared || live[i].step == XLS_PREPARED,
                      committed || live[i].step == XLS_COMMIT);
    }
    return paths;
}

START_TEST(every_path_ends)
{
    enum {
        GIVEN_UP = 3,                    /* BURNED, FAILED, REFUSE */
        PREPARED = GIVEN_UP + 2,         /* ABORT; COMMITTED, BURNED */
        AGAIN = 2 + GIVEN_UP + PREPARED, /* FAILED, REFUSE; ABORT */
        AGAIN_S = 2 + GIVEN_UP + AGAIN,  /* the same */
        AGAIN_D = 1 + GIVEN_UP + AGAIN,  /* FAILED; ABORT */
        ENDED = 1 + GIVEN_UP + AGAIN_S + AGAIN_D,
        OFFERED = 1 + 2 + 2 + ENDED, /* REFUSE; in STREAM, and in MORE, FAILED
                                      * and ABORT */
        ASKED = 3,                   /* COMMITTED, BURNED, REFUSE */
        SHOWN = 2 + OFFERED + ASKED, /* ABORT, REFUSE */
        SHOWN_S = 1 + SHOWN,         /* REFUSE */
        SHOWN_D = 1 + SHOWN,         /* ABORT */
    };

    T(walk(XLS_PHASE_READY, false, false) == SHOWN_S + SHOWN_D);
}
END_TEST

/* A control frame that the keys of the sender allow, whatever its phase. */
static void forge(struct xls_session *from, const struct xls_control *msg,
                  struct t_wire *wire)
{
    size_t size = xls_control_size(msg->type);
    struct xls_frame head = {XLS_FRAME_CONTROL, 0,
                             (uint32_t)(size + XLS_TAG_LEN), from->send.n};
    struct xls_aead_text text = {wire->at, XLS_FRAME_HEAD,
                                 wire->at + XLS_FRAME_HEAD, size,
                                 wire->at + XLS_FRAME_HEAD};

    T(xls_control_put(msg, wire->at + XLS_FRAME_HEAD, size) == XLS_OK);
    xls_frame_put(&head, wire->at);
    T(xls_cipher_seal(&from->send, &text) == XLS_OK);
    wire->len = XLS_FRAME_HEAD + size + XLS_TAG_LEN;
}

/* What the receiver would compare with its own. */
static void truthful(const struct xls_session *to, struct xls_control *msg)
{
    if (msg->type == XLS_PART || msg->type == XLS_EVIDENCE) {
        msg->u.shown.epoch = xls_session_epoch(to);
    }
    for (int i = 0; msg->type == XLS_PREPARED && i < XLS_STREAMS; i++) {
        struct xls_sums *sums = &msg->u.prepared.of[i];
        struct xls_record_stats stats;

        xls_session_stats(to, (enum xls_stream)i, &stats);
        sums->records = stats.records;
        sums->bytes = stats.bytes;
        memcpy(sums->digest, stats.digest, XLS_HASH_LEN);
    }
}

/* Every message, in every phase, to each role, over the wire and well sealed:
 * what the table has is accepted, all else ends the session. */
START_TEST(every_message_in_every_phase_over_the_wire)
{
    static struct t_wire wire;
    static struct xls_session kept[2];
    unsigned accepted = 0;

    for (unsigned phase = XLS_PHASE_READY; phase <= XLS_PHASE_GIVEN_UP;
         phase++) {
        struct t_pair p;

        t_pair_at(&p, (enum xls_session_phase)phase);
        kept[0] = *p.s;
        kept[1] = *p.d;
        for (size_t r = 0; r < 2; r++) {
            struct xls_session *from = r == 0 ? p.s : p.d;
            struct xls_session *to = r == 0 ? p.d : p.s;

            for (unsigned type = XLS_OFFER; type <= XLS_SETTLE; type++) {
                struct xls_control msg;
                struct xls_event event;
                enum xls_session_phase want = step_of(roles[r], phase, type);
                enum xls_rc rc;

                *p.s = kept[0];
                *p.d = kept[1];
                t_sample((enum xls_control_type)type, &msg);
                truthful(to, &msg);
                forge(from, &msg, &wire);
                rc = t_hear(to, &wire, &event);
                if (want != XLS_PHASE_DEAD) {
                    T(rc == XLS_OK && event.kind == XLS_EVENT_CONTROL);
                    T(xls_session_phase(to) == want);
                    accepted++;
                } else {
                    T(rc == XLS_PEER_ORDER || rc == XLS_PEER_RANGE);
                    t_dead(to, rc);
                }
            }
        }
        t_pair_free(&p);
    }
    T(accepted == T_COUNT(live) - 4); /* all but the source's records */
}
END_TEST

/* [P-41], [P-74]: and so for records, of the guest in STREAM and of companions
 * in MORE; a record of the other stream is refused there by its header. */
START_TEST(records_in_every_phase_over_the_wire)
{
    static struct t_wire wire;
    static struct xls_record fresh;
    static const unsigned only[] = {XLS_PHASE_STREAM, XLS_PHASE_MORE};

    for (unsigned phase = XLS_PHASE_READY; phase <= XLS_PHASE_GIVEN_UP;
         phase++) {
        for (unsigned n = 0; n < 4; n++) {
            unsigned final = n % 2;
            unsigned stream = n / 2;
            struct t_pair p;
            struct xls_event event;
            enum xls_rc rc;

            t_pair_at(&p, XLS_PHASE_READY);
            fresh = p.s->record[stream]; /* keys it should not have */
            t_pair_free(&p);
            t_pair_at(&p, (enum xls_session_phase)phase);
            if (phase <= only[stream]) {
                fresh = p.s->record[stream];
            }
            t_fill(3, 3);
            T(xls_record_seal(&fresh, t_slot, final != 0, wire.at) == XLS_OK);
            wire.len = XLS_RECORD_FRAME;
            rc = t_hear(p.d, &wire, &event);
            if (phase == only[stream]) {
                T(rc == XLS_OK && event.kind == XLS_EVENT_RECORD);
                t_open(p.d, 3, final != 0);
            } else {
                T(rc == (phase == only[1 - stream] ? XLS_PEER_RANGE
                                                   : XLS_PEER_ORDER));
                t_dead(p.d, rc);
            }
            /* and never to a source */
            rc = t_hear(p.s, &wire, &event);
            T(rc == XLS_PEER_ORDER);
            t_dead(p.s, XLS_PEER_ORDER);
            t_pair_free(&p);
        }
    }
}
END_TEST

/* [P-41]: each message a second time, right after the first */
START_TEST(no_message_passes_twice)
{
    static struct t_wire wire;
    static const struct {
        enum xls_session_phase phase;
        bool source;
        enum xls_control_type type;
    } cases[] = {
        {XLS_PHASE_READY, true, XLS_EVIDENCE},
        {XLS_PHASE_READY, false, XLS_EVIDENCE},
        {XLS_PHASE_SHOWN, true, XLS_OFFER},
        {XLS_PHASE_OFFERED, false, XLS_ADMIT},
        {XLS_PHASE_ENDED, true, XLS_EVIDENCE},
        {XLS_PHASE_ENDED, false, XLS_EVIDENCE},
        {XLS_PHASE_AGAIN, false, XLS_PREPARED},
        {XLS_PHASE_PREPARED, true, XLS_COMMIT},
    };

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        struct t_pair p;
        struct xls_session *from;
        struct xls_session *to;
        struct xls_control msg;
        struct xls_event event;
        enum xls_rc rc;

        t_pair_at(&p, cases[i].phase);
        from = cases[i].source ? p.s : p.d;
        to = cases[i].source ? p.d : p.s;
        t_tell(from, to, cases[i].type);
        t_sample(cases[i].type, &msg);
        T(xls_session_control(from, &msg) == XLS_BUG_CONTRACT);
        truthful(to, &msg);
        forge(from, &msg, &wire);
        rc = t_hear(to, &wire, &event);
        T(rc == XLS_PEER_ORDER || rc == XLS_PEER_RANGE);
        t_dead(to, rc);
        t_pair_free(&p);
    }
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        exactly_these_productions_live,
        every_step_goes_forward,
        the_dead_the_new_and_the_closed_take_nothing,
        every_path_ends,
        every_message_in_every_phase_over_the_wire,
        records_in_every_phase_over_the_wire,
        no_message_passes_twice,
    };

    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("session-order", list, T_COUNT(list));
}
