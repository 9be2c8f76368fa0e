/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The handover of doc/PROTOCOL.md, section 10, for Spin: a source and a
 * destination, each with a journal that survives, processes that die at any
 * step, hosts that are rebooted, disks that do not write, connections that break
 * and whose messages come late, and a person.
 *
 * The steps are the code's own: tables.pml is made from libxlsec/proto/handover.c.
 * What is here is what the ends do because of a state, and what can go wrong.
 *
 * An end's process has no step of its own for being dead or for starting again:
 * a crash makes it forget what is not in the journal, and a process that is not
 * there yet is one that does not take its next step.  So does a link that is
 * down: messages wait for as long as they like, and a connection may break.
 *
 * doc/models/HANDOVER.md says what is claimed, and what is not modelled.  One
 * model is compiled; the environment says which variant is run: names of bits
 * below that are set to anything, and of bounds that are set to a number.
 */
#include "tables.pml"

/* The copies. */
#define ABSENT 0 /* destination: never was; source: destroyed, or lost */
#define RUNNING 1
#define STOPPED 2 /* at the destination: built, or being built, and paused */
#define GONE 3    /* destination: was, and is not any more */

/* Messages: one bit each, so that late ones make a set. */
#define DATA 1 /* the first of the guest */
#define FINAL 2 /* and the last */
#define COMMIT 4
#define ABORT 8

/* Answers. */
#define PREPARED 1
#define COMMITTED 2
#define BURNED 3
#define UNKNOWN 4

/* Connections. */
#define FIRST 1 /* the migration's own */
#define SETTLE 2

/* Claims have names: what an assertion begins with.  One that is set is not asked. */
bit two_run, guest_lost, rolled_back, without_commit, no_receipt, left_over,
    unsure_only, not_settled, disagree, lease_broken, reached;

/* How often what may go wrong. */
byte crashes_s, crashes_d; /* processes */
byte boots_s, boots_d;     /* hosts */
byte deaths;               /* hosts, for good */
byte cuts_s, cuts_d;       /* connections, as this end sees it */
byte writes;               /* of a journal: not written, or in doubt */
byte fails;                /* acts: a copy cannot be built, or started */
byte dups;                 /* messages that come once more */
byte tries;                /* leases that the source offers */

/* The variant; what is not said below stands at its use. */
bit PERSON = 1, ARBITER;
bit RUN_EARLY, COMMIT_FIRST, BACK_ON_TIMEOUT, BACK_ON_NO_ANSWER,
    MOVED_ON_NO_ANSWER, TAKE_ON_TIMEOUT, BURN_ON_TIMEOUT, BURNED_FIRST,
    BURNED_UNWRITTEN, COMMITTED_FIRST, COMMITTED_UNWRITTEN, NO_TAKING,
    FORGET, BEGIN_AGAIN, NO_TRACE, TWO_PROCESSES,
    DESTROY_FIRST, UNKNOWN_IS_BURNED, ABORT_CLOSES, CLOSE_FIRST,
    DOUBT_SAYS, DOUBT_ACTS, TRUST_CACHE, ABORT_AGAIN, GONE_LATER, START_AGAIN,
    GONE_BURNS, NO_BURNING, UNSURE_STAYS, UNWRITTEN, BACK_UNWRITTEN, NO_WAY_OUT, POLLS,
    LIE_MOVED, LIE_BACK, LIE_TAKE, LIE_BURN,
    WORD_BACK, WORD_TAKE, NO_CAS, TAKES_EMPTY, LEASE_EXPIRES, LEASE_IGNORED, NO_RETURN;
bit END_MOVED, END_BACK, END_UNSTARTABLE, END_UNSURE, END_TAKEN;

/* --- the disks: what was written last, and what is on the disk for certain.
 * They differ when an entry is in doubt. */
byte jS = SOURCE_OPEN, kS = SOURCE_OPEN;
byte jD, kD;

/* --- the copies, and the lease */
byte gS = RUNNING, gD = ABSENT;
byte lease = LEASE_SOURCE; /* LEASE_NONE: removed, as it is over */
bit deadS, deadD; /* the host is gone for good */
bit longS, longD; /* it was down for so long that the arbiter says so */

/* --- what the processes know beside the journal */
byte cS = FIRST, cD = FIRST; /* the connection, as this end sees it; 0 none */
bit same = 1;   /* the destination's process is on the source's connection */
byte sent;      /* messages of the first connection: 1 DATA, 2 FINAL */
bit said_s, said_d; /* COMMIT or ABORT; PREPARED: on this connection */
bit asked;      /* an answer is owed on it */
bit waits;      /* the source asks no more: a person has to decide */
bit first;      /* the first session's process has no journal, and is still there */
bit doubt_s, doubt_d; /* this process's own entry is in doubt */
bit seen;       /* with NO_CAS: the lease was read as OFFERED */
byte old_d;     /* with TWO_PROCESSES: what an old process has in mind */

/* --- the link: unread on the source's connection, and on older ones */
byte to_d, to_s, late;

/* --- what was, for the claims */
bit committed;  /* COMMIT was on the source's disk */
bit promised;   /* COMMITTED was on the destination's */
bit ran;        /* the guest has run at the destination */
bit went_on;    /* the source let it go on after the last of it was sent */
bit gave_up;    /* the source has said ABORT */
bit moved;      /* the source has come to MOVED */
bit took_down;  /* the destination's host went down in TAKING */
bit vouched_s, vouched_d;
bit excused;    /* a host took the guest down with it: see HANDOVER.md */

byte n; /* for the steps; 0 between them */

/* May an end act because of its state? */
#define SURE_S (jS == kS || ((TRUST_CACHE || UNWRITTEN) && !doubt_s))
#define SURE_D (jD == kD || ((TRUST_CACHE || UNWRITTEN) && !doubt_d))
#define IN_S(state) (jS == state && SURE_S)
#define IN_D(state) (jD == state && SURE_D)

/* What the arbiter says of the other host.  It may say so for ever after: that
 * is more than it does. */
#define DOWN_S (deadS || longS)
#define DOWN_D (deadD || longD)

/* Can the guest still be had there?  At the source until it has decided to
 * destroy it, at the destination from when it is whole until it is burned. */
#define HAS_S (gS != ABSENT && jS != SOURCE_MOVED && \
    !(jS == SOURCE_CLOSED && gS == STOPPED))
#define HAS_D (gD == RUNNING || (gD == STOPPED && \
    (jD == DESTINATION_PREPARED || jD == DESTINATION_TAKING)))

#define COPY_D (gD == STOPPED || gD == RUNNING)
/* Of whom it has forgotten everything it destroys nothing. */
#define OWN_COPY_D (COPY_D && !(FORGET && promised))

/* What the copy's absence says has to be heard before anything else. */
#define MISSED (gD == GONE && (jD == DESTINATION_OPEN || \
    jD == DESTINATION_PREPARED || jD == DESTINATION_TAKING || \
    jD == DESTINATION_BURNING))

/* The claims about every state. */
inline check()
{
    promised = promised || (jD == DESTINATION_COMMITTED && kD == jD);
    assert(two_run || !(gS == RUNNING && gD == RUNNING));
    assert(guest_lost || (HAS_S || HAS_D || excused));
    assert(left_over || !(jS == SOURCE_CLOSED && kS == jS && gS == STOPPED));
    assert(left_over ||
        !(jS == SOURCE_CLOSED && kS == jS && !moved && COPY_D && !vouched_s));
    assert(lease_broken || (!ARBITER || LEASE_IGNORED ||
        ((gS != RUNNING || lease == LEASE_SOURCE || (lease == LEASE_NONE && !moved)) &&
        (gD != RUNNING || lease == LEASE_TAKEN || lease == LEASE_RUNS ||
        (lease == LEASE_NONE && moved)))));
    assert(lease_broken || (!ARBITER || (jS != SOURCE_BACK && jS != SOURCE_HERE) ||
        lease == LEASE_SOURCE || lease == LEASE_NONE));
    assert(reached || !(END_MOVED && jS == SOURCE_CLOSED && moved &&
        jD == DESTINATION_COMMITTED));
    assert(reached || !(END_BACK && jS == SOURCE_CLOSED && gS == RUNNING));
    assert(reached || !(END_UNSTARTABLE && jS == SOURCE_CLOSED &&
        gS == RUNNING && committed && !vouched_s && fails == 0));
    assert(reached || !(END_UNSURE && jD == DESTINATION_UNSURE));
    assert(reached || !(END_TAKEN && gD == RUNNING && gS == ABSENT && vouched_d))
}

/* --- the ends of a connection ------------------------------------------------ */

inline drop_s()
{
    late = late | to_d;
    to_d = 0;
    to_s = 0;
    cS = 0;
    same = 0;
    sent = 0;
    said_s = 0
}

/* What has come to a process that is no more is read by nobody. */
inline drop_d()
{
    if
    :: same -> to_d = 0
    :: else
    fi;
    same = 0;
    cD = 0;
    asked = 0;
    said_d = 0
}

inline go_on()
{
    printf("source: the guest goes on\n");
    assert(rolled_back || !ran);
    gS = RUNNING;
    went_on = went_on || sent == 2 || jS != SOURCE_OPEN
}

/* --- the journals [P-90]: written and synced; or not written, and then the
 * process gives up; or in doubt.  Of the two older states either may be there. */

inline enter_s(state)
{
    if
    :: printf("source: journal %d\n", state);
        jS = state;
        kS = state;
        doubt_s = 0
    :: writes > 0 ->
        printf("source: journal %d is not written\n", state);
        writes--;
        if
        :: UNWRITTEN -> jS = state
        :: else ->
            drop_s();
            if
            :: BACK_UNWRITTEN && state == SOURCE_BACK && gS == STOPPED -> go_on()
            :: else
            fi
        fi
    :: writes > 0 && !UNWRITTEN ->
        printf("source: journal %d is in doubt\n", state);
        writes--;
        if
        :: kS != jS -> kS = jS
        :: true
        fi;
        jS = state;
        doubt_s = 1
    fi;
    waits = 0;
    committed = committed || (jS == SOURCE_COMMIT && kS == jS);
    moved = moved || jS == SOURCE_MOVED
}

inline enter_d(state)
{
    assert(unsure_only || (state != DESTINATION_UNSURE || took_down));
    if
    :: printf("destination: journal %d\n", state);
        jD = state;
        kD = state;
        doubt_d = 0
    :: writes > 0 ->
        printf("destination: journal %d is not written\n", state);
        writes--;
        if
        :: UNWRITTEN -> jD = state
        :: else -> drop_d()
        fi
    :: writes > 0 && !UNWRITTEN ->
        printf("destination: journal %d is in doubt\n", state);
        writes--;
        if
        :: kD != jD -> kD = jD
        :: true
        fi;
        jD = state;
        doubt_d = 1
    fi
}

/* Who finds a journal in doubt may find either state. */
inline read_s()
{
    doubt_s = 0;
    if
    :: jS != kS -> jS = kS
    :: true
    fi
}

inline read_d()
{
    doubt_d = 0;
    if
    :: jD != kD -> jD = kD
    :: true
    fi
}

/* A step of the table, or of a variant's. */
#define NEXT_S(e) ( \
    jS == SOURCE_COMMIT && (e) == SOURCE_ON_LOST && \
        (BACK_ON_TIMEOUT || (BACK_ON_NO_ANSWER && n == COMMIT)) -> SOURCE_BACK : ( \
    jS == SOURCE_COMMIT && (e) == SOURCE_ON_LOST && MOVED_ON_NO_ANSWER && \
        n == COMMIT -> SOURCE_MOVED : ( \
    jS == SOURCE_COMMIT && (e) == SOURCE_ON_UNKNOWN && UNKNOWN_IS_BURNED -> \
        SOURCE_BACK : ( \
    jS == SOURCE_BACK && (e) == SOURCE_ON_BURNED && CLOSE_FIRST -> \
        SOURCE_CLOSED : ( \
    (jS == SOURCE_BACK || jS == SOURCE_HERE) && \
        (e) == SOURCE_ON_VOUCH_MOVED && NO_WAY_OUT -> \
        SOURCE_NONE : SOURCE_NEXT(jS, e))))))

#define NEXT_D(e) ( \
    jD == DESTINATION_PREPARED && (e) == DESTINATION_ON_LOST && TAKE_ON_TIMEOUT -> \
        DESTINATION_TAKING : ( \
    jD == DESTINATION_PREPARED && (e) == DESTINATION_ON_LOST && BURN_ON_TIMEOUT -> \
        DESTINATION_BURNED : ( \
    jD == DESTINATION_TAKING && (e) == DESTINATION_ON_GONE && GONE_BURNS -> \
        DESTINATION_BURNED : ( \
    jD == DESTINATION_TAKING && (e) == DESTINATION_ON_UNSTARTABLE && NO_BURNING -> \
        DESTINATION_BURNED : ( \
    jD == DESTINATION_BURNED && (e) == DESTINATION_ON_BEGUN && BEGIN_AGAIN -> \
        DESTINATION_OPEN : ( \
    jD == DESTINATION_UNSURE && (e) == DESTINATION_ON_ABORT && UNSURE_STAYS -> \
        DESTINATION_UNSURE : ( \
    jD == DESTINATION_NONE && (e) == DESTINATION_ON_ABORT && NO_TRACE -> \
        DESTINATION_NONE : DESTINATION_NEXT(jD, e))))))))

/* The lease is removed before CLOSED is entered. */
inline source_on(event)
{
    n = NEXT_S(event);
    if
    :: n == SOURCE_NONE || n == jS
    :: else ->
        if
        :: ARBITER && n == SOURCE_CLOSED -> lease = LEASE_NONE
        :: else
        fi;
        enter_s(n)
    fi;
    n = 0
}

/* Has the lease to be given back, on the way to BURNED?  Before PREPARED it was
 * never offered, and who says ABORT has it. */
#define GIVES_BACK(event) (ARBITER && !NO_RETURN && \
    (jD == DESTINATION_PREPARED || jD == DESTINATION_BURNING) && \
    (event) != DESTINATION_ON_ABORT && (event) != DESTINATION_ON_VOUCH_BURN && \
    DESTINATION_LEASE_TO(DESTINATION_BURNED, lease, 0, 0) != LEASE_NONE)

inline dies_d()
{
    printf("the destination's process dies\n");
    crashes_d--;
    drop_d();
    read_d()
}

/* BURNED is written when the copy has been destroyed, and the lease given back; a
 * process may die between. */
inline burn(event)
{
    if
    :: OWN_COPY_D ->
        printf("destination: destroys its copy\n");
        assert(rolled_back || gD != RUNNING);
        gD = GONE;
        took_down = took_down || jD == DESTINATION_TAKING
    :: else
    fi;
    if
    :: crashes_d > 0 -> dies_d()
    :: true ->
        if
        :: GIVES_BACK(event) ->
            printf("destination: gives the lease back\n");
            lease = LEASE_SOURCE;
            if
            :: crashes_d > 0 -> dies_d()
            :: enter_d(DESTINATION_BURNED)
            fi
        :: else -> enter_d(DESTINATION_BURNED)
        fi
    fi
}

inline destination_on(event)
{
    n = NEXT_D(event);
    if
    :: n == DESTINATION_NONE || n == jD
    :: n == DESTINATION_BURNED && n != jD &&
        ((OWN_COPY_D && !BURNED_FIRST) || GIVES_BACK(event)) ->
        burn(event)
    :: else -> enter_d(n)
    fi;
    n = 0
}

/* --- acts ------------------------------------------------------------------- */

inline start()
{
    printf("destination: starts the guest\n");
    assert(rolled_back || !went_on);
    assert(without_commit || (committed || vouched_d));
    gD = RUNNING;
    ran = 1
}

inline destroy_s()
{
    printf("source: destroys its copy\n");
    assert(no_receipt || vouched_s || promised);
    gS = ABSENT
}

/* An act has failed that may have been the guest's last way. */
inline failed()
{
    fails--;
    excused = excused || !HAS_S
}

/* --- the source --------------------------------------------------------------- */

/* Its word on a connection: COMMIT, or ABORT. */
#define COMMIT_SAID (jS == SOURCE_COMMIT && (SURE_S || DOUBT_SAYS) && \
    (!ARBITER || lease != LEASE_SOURCE))
#define ABORT_SAID ((IN_S(SOURCE_BACK) && cS == FIRST) || IN_S(SOURCE_HERE) || \
    (jS == SOURCE_COMMIT && !SURE_S && doubt_s && !ARBITER))

inline say(word)
{
    printf("source: says %d\n", word);
    to_d = word;
    said_s = 1;
    gave_up = gave_up || word == ABORT
}

inline connect(word)
{
    printf("source: asks anew\n");
    cS = SETTLE;
    to_s = 0;
    say(word)
}

proctype Source()
{
    end: do
    :: atomic {
        if
        /* the stream: [P-92] OPEN */
        :: IN_S(SOURCE_OPEN) && cS == FIRST && sent == 0 && to_d == 0 && same ->
            to_d = DATA;
            sent = 1
        :: IN_S(SOURCE_OPEN) && cS == FIRST && sent == 1 && gS == RUNNING ->
            printf("source: stops the guest\n");
            gS = STOPPED
        :: IN_S(SOURCE_OPEN) && cS == FIRST && sent == 1 && gS == STOPPED &&
            to_d == 0 && same ->
            to_d = FINAL;
            sent = 2
        :: jS == SOURCE_OPEN && cS == FIRST && to_s == PREPARED && to_d == 0 ->
            printf("source: hears PREPARED\n");
            to_s = 0;
            source_on(SOURCE_ON_AGREED)
        :: COMMIT_FIRST && jS == SOURCE_OPEN && cS == FIRST && to_s == PREPARED &&
            to_d == 0 && same ->
            say(COMMIT)
        :: (jS == SOURCE_BACK || jS == SOURCE_HERE) && cS == FIRST &&
            to_s == PREPARED ->
            to_s = 0

        /* words */
        :: COMMIT_SAID && cS == FIRST && same && to_d == 0 && !said_s ->
            say(COMMIT)
        :: ABORT_SAID && cS == FIRST && same && to_d == 0 && !said_s ->
            say(ABORT)
        :: COMMIT_SAID && cS == 0 && !waits -> connect(COMMIT)
        :: ABORT_SAID && cS == 0 && !waits -> connect(ABORT)
        :: ABORT_AGAIN && jS == SOURCE_COMMIT && cS == 0 && writes > 0 ->
            writes--; /* the entry that was taken over could not be synced */
            connect(ABORT)

        /* answers; the session is over with them */
        :: to_s == COMMITTED ->
            printf("source: hears COMMITTED\n");
            drop_s();
            /* it does run there, says the destination: only a person can have
             * made that come true in HERE */
            waits = jS == SOURCE_HERE;
            source_on(SOURCE_ON_COMMITTED)
        :: to_s == BURNED && (jS != SOURCE_BACK || CLOSE_FIRST) ->
            printf("source: hears BURNED\n");
            drop_s();
            source_on(SOURCE_ON_BURNED)
        :: to_s == UNKNOWN ->
            printf("source: hears that it cannot tell\n");
            drop_s();
            waits = !POLLS;
            source_on(SOURCE_ON_UNKNOWN)

        /* lost: nobody is there any more; or it had no patience, or a process
         * finds the journal */
        :: cS != 0 && !same && to_s == 0 && !(cS == SETTLE && to_d != 0) ->
            printf("source: its connection is lost\n");
            n = (said_s && cS == FIRST && jS == SOURCE_COMMIT -> COMMIT : 0);
            drop_s();
            source_on(SOURCE_ON_LOST)
        :: cS != 0 && cuts_s > 0 && jS != SOURCE_OPEN ->
            printf("source: its connection breaks\n");
            cuts_s--;
            n = (said_s && cS == FIRST && jS == SOURCE_COMMIT -> COMMIT : 0);
            drop_s();
            source_on(SOURCE_ON_LOST)
        :: ARBITER && deadD && cS == SETTLE ->
            printf("source: nobody answers\n");
            drop_s()
        :: jS == SOURCE_OPEN ->
            printf("source: gives up\n");
            if
            :: cS != 0 -> drop_s()
            :: true
            fi;
            source_on(SOURCE_ON_LOST)

        /* what the states ask for [P-91] */
        :: jS == SOURCE_BACK && (SURE_S || BACK_UNWRITTEN) && gS == STOPPED ->
            go_on()
        :: IN_S(SOURCE_BACK) && gS != STOPPED -> source_on(SOURCE_ON_DONE)
        :: IN_S(SOURCE_MOVED) && gS != ABSENT -> destroy_s()
        :: IN_S(SOURCE_MOVED) && gS == ABSENT -> source_on(SOURCE_ON_DONE)
        :: DESTROY_FIRST && IN_S(SOURCE_COMMIT) && said_s && gS != ABSENT ->
            destroy_s()
        :: ABORT_CLOSES && IN_S(SOURCE_HERE) && said_s ->
            enter_s(SOURCE_CLOSED)

        /* an entry in doubt is written again */
        :: jS != kS && SURE_S == 0 ->
            printf("source: journal %d is synced after all\n", jS);
            kS = jS;
            doubt_s = 0;
            committed = committed || jS == SOURCE_COMMIT

        /* [P-102] the lease: offered before COMMIT is said, and then what the
         * table says, when nobody is being asked */
        :: ARBITER && IN_S(SOURCE_COMMIT) && lease == LEASE_SOURCE && cS == FIRST &&
            !said_s && gS != ABSENT && tries > 0 ->
            printf("source: offers the lease\n");
            lease = LEASE_OFFERED;
            tries--
        :: ARBITER && IN_S(SOURCE_COMMIT) && cS == 0 && tries > 0 &&
            SOURCE_LEASE_TO(jS, lease, (gS != ABSENT), DOWN_D) == LEASE_OFFERED ->
            printf("source: offers the lease again\n");
            lease = LEASE_OFFERED;
            tries--
        :: ARBITER && IN_S(SOURCE_COMMIT) && cS == 0 && !NO_CAS &&
            (SOURCE_LEASE_TO(jS, lease, (gS != ABSENT), DOWN_D) == LEASE_SOURCE ||
            (TAKES_EMPTY && lease == LEASE_OFFERED)) ->
            printf("source: takes the lease back\n");
            lease = LEASE_SOURCE
        :: NO_CAS && IN_S(SOURCE_COMMIT) && lease == LEASE_OFFERED && !seen ->
            seen = 1
        :: NO_CAS && IN_S(SOURCE_COMMIT) && seen ->
            printf("source: takes the lease, whoever has it\n");
            lease = LEASE_SOURCE;
            seen = 0
        :: ARBITER && (IN_S(SOURCE_COMMIT) || IN_S(SOURCE_HERE)) && cS == 0 &&
            SOURCE_LEASE_ON(jS, lease, (gS != ABSENT), DOWN_D) != NO_EVENT ->
            printf("source: sees what the lease says\n");
            n = SOURCE_LEASE_ON(jS, lease, (gS != ABSENT), DOWN_D);
            vouched_s = vouched_s || n == SOURCE_ON_VOUCH_BACK;
            source_on(n)
        /* so that there is an end: nobody counts in earnest */
        :: ARBITER && IN_S(SOURCE_COMMIT) && cS == 0 && lease == LEASE_SOURCE &&
            gS == ABSENT && tries == 0 ->
            source_on(SOURCE_ON_BURNED)
        fi;
        check()
    }
    od
}

/* --- the destination ---------------------------------------------------------- */

/* One process at a time acts: a new one ends the old [P-97]. */
inline take_over()
{
    if
    :: TWO_PROCESSES && cD == FIRST -> old_d = jD
    :: else
    fi;
    first = first || (cD == FIRST && jD == DESTINATION_NONE);
    drop_d()
}

inline hear(word)
{
    printf("destination: hears %d\n", word);
    if
    :: NO_TAKING && word == COMMIT && jD == DESTINATION_PREPARED && gD == STOPPED ->
        start()
    :: else ->
        if
        :: word == COMMIT -> destination_on(DESTINATION_ON_COMMIT)
        :: else -> destination_on(DESTINATION_ON_ABORT)
        fi
    fi
}

/* An answer; the session is over with it. */
inline answer(word)
{
    printf("destination: answers %d\n", word);
    to_s = word;
    drop_d()
}

#define MAY_ANSWER (same && (asked || cD == FIRST) && to_s == 0)

proctype Destination()
{
    end: do
    :: atomic {
        if
        /* the stream; [P-94] nothing is begun of which there is a journal */
        :: cD == FIRST && same && to_d == DATA ->
            to_d = 0;
            destination_on(DESTINATION_ON_BEGUN)
        :: (cD == FIRST || first) && (late & DATA) ->
            late = late & ~DATA;
            if
            :: first && NEXT_D(DESTINATION_ON_BEGUN) != DESTINATION_NONE ->
                drop_d();
                cD = FIRST
            :: else
            fi;
            first = 0;
            destination_on(DESTINATION_ON_BEGUN)
        :: IN_D(DESTINATION_OPEN) && cD == FIRST && gD != STOPPED && !MISSED ->
            printf("destination: builds a copy\n");
            gD = STOPPED
        :: jD == DESTINATION_OPEN && gD != GONE && cD == FIRST && fails > 0 ->
            printf("destination: cannot build a copy\n");
            failed();
            destination_on(DESTINATION_ON_LOST)
        :: cD == FIRST && same && to_d == FINAL && gD == STOPPED ->
            to_d = 0;
            destination_on(DESTINATION_ON_LOADED)
        :: cD == FIRST && (late & FINAL) && gD == STOPPED ->
            late = late & ~FINAL;
            destination_on(DESTINATION_ON_LOADED)
        :: IN_D(DESTINATION_PREPARED) && cD == FIRST && same && !said_d && to_s == 0 ->
            printf("destination: says PREPARED\n");
            to_s = PREPARED;
            said_d = 1
        :: RUN_EARLY && IN_D(DESTINATION_PREPARED) && gD == STOPPED -> start()

        /* words: in the first session, in one that settles, and late ones [P-96] */
        :: (to_d == COMMIT || to_d == ABORT) && cS == SETTLE && !same && !deadD ->
            take_over();
            cD = SETTLE;
            same = 1
        :: (to_d == COMMIT || to_d == ABORT) && same && (!MISSED || GONE_LATER) ->
            n = to_d;
            if
            :: to_d = 0
            :: dups > 0 ->
                dups--;
                late = late | to_d;
                to_d = 0
            fi;
            asked = 1;
            hear(n);
            n = 0
        :: (late & COMMIT) && !deadD && (!MISSED || GONE_LATER) ->
            late = late & ~COMMIT;
            take_over();
            hear(COMMIT)
        :: (late & ABORT) && !deadD && (!MISSED || GONE_LATER) ->
            late = late & ~ABORT;
            take_over();
            hear(ABORT)
        :: late != 0 -> /* it never comes */
            late = 0;
            first = 0

        /* answers: what the state says, once what it asks for is done */
        :: MAY_ANSWER && IN_D(DESTINATION_COMMITTED) ->
            answer(COMMITTED)
        :: MAY_ANSWER && IN_D(DESTINATION_BURNED) && (!OWN_COPY_D || BURNED_FIRST) &&
            (!ARBITER || NO_RETURN || lease == LEASE_SOURCE || lease == LEASE_NONE) ->
            answer(BURNED)
        :: MAY_ANSWER && asked && (IN_D(DESTINATION_UNSURE) ||
            (IN_D(DESTINATION_NONE) && !NO_TRACE)) ->
            answer(UNKNOWN)
        :: NO_TRACE && MAY_ANSWER && asked && IN_D(DESTINATION_NONE) ->
            answer(BURNED)
        :: COMMITTED_FIRST && MAY_ANSWER && IN_D(DESTINATION_TAKING) ->
            answer(COMMITTED)
        :: COMMITTED_UNWRITTEN && MAY_ANSWER && IN_D(DESTINATION_TAKING) &&
            gD == RUNNING ->
            answer(COMMITTED)

        /* lost */
        :: cD != 0 && !same ->
            printf("destination: its connection is lost\n");
            drop_d();
            destination_on(DESTINATION_ON_LOST)
        :: cD != 0 && cuts_d > 0 ->
            printf("destination: its connection breaks\n");
            cuts_d--;
            drop_d();
            destination_on(DESTINATION_ON_LOST)
        :: jD == DESTINATION_OPEN && cD != FIRST && !MISSED ->
            destination_on(DESTINATION_ON_LOST)
        :: MISSED && (!ARBITER || DESTINATION_LEASE_ON(jD, lease, 0, DOWN_S) !=
            DESTINATION_ON_UNSTARTABLE) ->
            printf("destination: the copy is not there\n");
            destination_on(DESTINATION_ON_GONE)
        :: ARBITER && MISSED && DESTINATION_LEASE_ON(jD, lease, 0, DOWN_S) ==
            DESTINATION_ON_UNSTARTABLE ->
            printf("destination: the copy is not there, and was never started\n");
            destination_on(DESTINATION_ON_UNSTARTABLE)

        /* what the states ask for [P-91] */
        :: jD == DESTINATION_TAKING && (SURE_D || DOUBT_ACTS) && gD == STOPPED &&
            (!ARBITER || lease == LEASE_TAKEN || LEASE_IGNORED) ->
            if
            :: start()
            :: fails > 0 ->
                printf("destination: cannot start the guest\n");
                failed();
                if
                :: BURNED_UNWRITTEN && MAY_ANSWER -> answer(BURNED)
                :: else -> destination_on(DESTINATION_ON_UNSTARTABLE)
                fi
            fi
        :: IN_D(DESTINATION_TAKING) && gD == RUNNING ->
            destination_on(DESTINATION_ON_STARTED)
        /* [P-90] what may not last is not said: the source still has the guest */
        :: jD == DESTINATION_PREPARED && !SURE_D && doubt_d && gD == STOPPED &&
            cD == FIRST ->
            destination_on(DESTINATION_ON_ABORT)
        :: START_AGAIN && IN_D(DESTINATION_TAKING) && gD == RUNNING ->
            destination_on(DESTINATION_ON_UNSTARTABLE)
        :: NO_TAKING && IN_D(DESTINATION_PREPARED) && gD == RUNNING ->
            enter_d(DESTINATION_COMMITTED)
        :: (IN_D(DESTINATION_BURNED) || IN_D(DESTINATION_BURNING)) && OWN_COPY_D ->
            printf("destination: destroys its copy\n");
            assert(rolled_back || gD != RUNNING);
            gD = GONE
        :: FORGET && SURE_D && cD == 0 && (jD == DESTINATION_COMMITTED ||
            (jD == DESTINATION_BURNED && !COPY_D)) ->
            printf("destination: forgets its journal\n");
            jD = DESTINATION_NONE;
            kD = DESTINATION_NONE

        /* an entry in doubt is written again */
        :: jD != kD && SURE_D == 0 ->
            printf("destination: journal %d is synced after all\n", jD);
            kD = jD;
            doubt_d = 0

        /* an old process that nobody has ended */
        :: old_d == DESTINATION_PREPARED && (late & COMMIT) ->
            printf("old process: journal taking\n");
            late = late & ~COMMIT;
            old_d = DESTINATION_TAKING;
            jD = DESTINATION_TAKING;
            kD = DESTINATION_TAKING
        :: old_d == DESTINATION_TAKING && gD == STOPPED ->
            start()
        :: old_d == DESTINATION_TAKING && gD == RUNNING ->
            printf("old process: cannot start the guest: journal burned\n");
            old_d = DESTINATION_BURNED;
            jD = DESTINATION_BURNED;
            kD = DESTINATION_BURNED

        /* [P-103] the lease: offered is as good as COMMIT; who has taken it may run */
        :: ARBITER && IN_D(DESTINATION_PREPARED) && cD == 0 &&
            DESTINATION_LEASE_ON(jD, lease, (gD == STOPPED), DOWN_S) != NO_EVENT ->
            printf("destination: sees what the lease says\n");
            n = DESTINATION_LEASE_ON(jD, lease, (gD == STOPPED), DOWN_S);
            destination_on(n)
        :: ARBITER && IN_D(DESTINATION_TAKING) &&
            DESTINATION_LEASE_TO(jD, lease, (gD == STOPPED), DOWN_S) == LEASE_TAKEN ->
            printf("destination: takes the lease\n");
            lease = LEASE_TAKEN
        :: ARBITER && !LEASE_IGNORED && IN_D(DESTINATION_TAKING) && gD == STOPPED &&
            DESTINATION_LEASE_ON(jD, lease, 1, DOWN_S) == DESTINATION_ON_UNSTARTABLE ->
            printf("destination: the source has taken it back\n");
            destination_on(DESTINATION_ON_UNSTARTABLE)
        :: ARBITER && (IN_D(DESTINATION_COMMITTED) ||
            (IN_D(DESTINATION_BURNED) && MAY_ANSWER && asked)) &&
            DESTINATION_LEASE_TO(jD, lease, COPY_D, DOWN_S) != LEASE_NONE ->
            printf("destination: the lease follows\n");
            lease = DESTINATION_LEASE_TO(jD, lease, COPY_D, DOWN_S)
        fi;
        check()
    }
    od
}

/* --- what goes wrong ------------------------------------------------------------ */

/* A source's host goes down, and with it the copy.  That excuses a loss where
 * the guest was the source's, or when nobody else has it. */
inline down_s()
{
    drop_s();
    read_s();
    kS = jS;
    if
    :: gS != ABSENT ->
        excused = excused || jS == SOURCE_OPEN || jS == SOURCE_BACK || jS == SOURCE_HERE ||
            gave_up || (ARBITER && lease == LEASE_SOURCE);
        gS = ABSENT;
        excused = excused || !HAS_D
    :: else
    fi;
    committed = committed || jS == SOURCE_COMMIT
}

/* The same of a destination: it is excused when the guest ran there. */
inline down_d()
{
    drop_d();
    to_d = 0; /* a session that it was said in is no more, nor are older ones */
    late = 0;
    first = 0;
    read_d();
    kD = jD;
    took_down = took_down || jD == DESTINATION_TAKING;
    excused = excused || ran;
    if
    :: COPY_D -> gD = GONE
    :: else
    fi;
    excused = excused || !HAS_S;
    if
    :: LEASE_EXPIRES && (lease == LEASE_TAKEN || lease == LEASE_RUNS) -> lease = LEASE_OFFERED
    :: else
    fi
}

proctype Faults()
{
    end: do
    :: atomic {
        if
        :: crashes_s > 0 && !deadS && (cS != 0 || jS != kS) ->
            printf("the source's process dies\n");
            crashes_s--;
            drop_s();
            read_s();
            seen = 0
        :: crashes_d > 0 && !deadD && (cD != 0 || jD != kD) ->
            printf("the destination's process dies\n");
            crashes_d--;
            drop_d();
            read_d()
        :: boots_s > 0 && !deadS && !SOURCE_SETTLED(jS) ->
            printf("the source's host is rebooted\n");
            boots_s--;
            down_s();
            if
            :: ARBITER -> longS = 1
            :: true
            fi
        :: boots_d > 0 && !deadD && jD != DESTINATION_NONE && (COPY_D || jD != kD) ->
            printf("the destination's host is rebooted\n");
            boots_d--;
            down_d();
            if
            :: ARBITER -> longD = 1
            :: true
            fi
        :: deaths > 0 && !deadS && !SOURCE_SETTLED(jS) ->
            printf("the source's host is gone for good\n");
            deaths--;
            down_s();
            deadS = 1;
            jS = SOURCE_NONE;
            kS = SOURCE_NONE
        :: deaths > 0 && !deadD && !SOURCE_SETTLED(jS) ->
            printf("the destination's host is gone for good\n");
            deaths--;
            down_d();
            deadD = 1;
            jD = DESTINATION_NONE;
            kD = DESTINATION_NONE
        fi;
        check()
    }
    od
}

/* --- the person -------------------------------------------------------------------
 * He says the truth: of what is, and of what will be. */

/* It has run there. */
#define TRUE_MOVED (ran || LIE_MOVED)
/* It has not run there, and never will. */
#define TRUE_BACK (LIE_BACK || ((!ran || WORD_BACK) && (deadD || gD != RUNNING &&     jD == kD && \
    (jD == DESTINATION_BURNED || jD == DESTINATION_BURNING || jD == DESTINATION_UNSURE))))
/* The source has not let it go on, and never will. */
#define TRUE_TAKE (LIE_TAKE || ((!went_on || WORD_TAKE) &&     ((gS == ABSENT) || (jS == SOURCE_COMMIT && kS == jS))))
/* The source has it. */
#define TRUE_BURN (LIE_BURN || (gS != ABSENT && jS == kS && (jS == SOURCE_OPEN ||     jS == SOURCE_COMMIT || jS == SOURCE_BACK || jS == SOURCE_HERE || \
    (jS == SOURCE_CLOSED && !moved))))

proctype Person()
{
    end: do
    :: atomic {
        if
        :: NEXT_S(SOURCE_ON_VOUCH_MOVED) != SOURCE_NONE && TRUE_MOVED ->
            printf("a person at the source: it has run there\n");
            drop_s();
            vouched_s = 1;
            source_on(SOURCE_ON_VOUCH_MOVED)
        :: NEXT_S(SOURCE_ON_VOUCH_BACK) != SOURCE_NONE && TRUE_BACK &&
            (jS != SOURCE_HERE || gS != STOPPED) ->
            printf("a person at the source: it has not run there, nor will\n");
            drop_s();
            vouched_s = 1;
            source_on(SOURCE_ON_VOUCH_BACK)
        :: NEXT_D(DESTINATION_ON_VOUCH_TAKE) != DESTINATION_NONE && TRUE_TAKE &&
            (!MISSED || GONE_LATER) ->
            printf("a person at the destination: the source has not let it go on, nor will\n");
            drop_d();
            vouched_d = 1;
            destination_on(DESTINATION_ON_VOUCH_TAKE)
        :: NEXT_D(DESTINATION_ON_VOUCH_BURN) != DESTINATION_NONE && TRUE_BURN &&
            (!MISSED || GONE_LATER) ->
            printf("a person at the destination: the source has it\n");
            drop_d();
            vouched_d = 1;
            destination_on(DESTINATION_ON_VOUCH_BURN)
        fi;
        check()
    }
    od
}

/* --- the end: nobody has a step left --------------------------------------------- */

/* With an arbiter one thing is left to a person: the destination took the lease
 * and went down before it said that the guest runs. */
#define NOBODY_KNOWS (jS == SOURCE_COMMIT &&     (deadD || jD == DESTINATION_UNSURE) && lease == LEASE_TAKEN)

proctype Judge()
{
    timeout ->
    atomic {
        assert(not_settled || (deadS || (jS == SOURCE_CLOSED && kS == jS) ||
            (ARBITER && NOBODY_KNOWS)));
        assert(not_settled || (deadD || (DESTINATION_SETTLED(jD) && kD == jD)));
        assert(left_over || (deadD || gD != STOPPED));
        assert(guest_lost || (excused || gS == RUNNING || gD == RUNNING ||
            (ARBITER && NOBODY_KNOWS)));
        assert(disagree || deadS || deadD || vouched_s || jS != SOURCE_CLOSED ||
            (moved -> jD == DESTINATION_COMMITTED : jD == DESTINATION_BURNED))
    }
}

init
{
    atomic {
        c_code {
#define READ(name) now.name = getenv(#name) != 0
#define BOUND(name, all) now.name = getenv(#name) != 0 ? \
            (unsigned char)strtoul(getenv(#name), 0, 10) : (all)
            BOUND(crashes_s, 1);
            BOUND(crashes_d, 1);
            BOUND(boots_s, 1);
            BOUND(boots_d, 1);
            BOUND(deaths, 0);
            BOUND(cuts_s, 1);
            BOUND(cuts_d, 1);
            BOUND(writes, 0);
            BOUND(fails, 1);
            BOUND(dups, 0);
            BOUND(tries, 1);
            now.PERSON = getenv("NO_PERSON") == 0;
            READ(ARBITER);
            READ(two_run);
            READ(guest_lost);
            READ(rolled_back);
            READ(without_commit);
            READ(no_receipt);
            READ(left_over);
            READ(unsure_only);
            READ(not_settled);
            READ(disagree);
            READ(lease_broken);
            READ(reached);
            READ(RUN_EARLY);
            READ(COMMIT_FIRST);
            READ(BACK_ON_TIMEOUT);
            READ(BACK_ON_NO_ANSWER);
            READ(MOVED_ON_NO_ANSWER);
            READ(TAKE_ON_TIMEOUT);
            READ(BURN_ON_TIMEOUT);
            READ(BURNED_FIRST);
            READ(BURNED_UNWRITTEN);
            READ(COMMITTED_FIRST);
            READ(COMMITTED_UNWRITTEN);
            READ(NO_TAKING);
            READ(FORGET);
            READ(BEGIN_AGAIN);
            READ(NO_TRACE);
            READ(TWO_PROCESSES);
            READ(DESTROY_FIRST);
            READ(UNKNOWN_IS_BURNED);
            READ(ABORT_CLOSES);
            READ(CLOSE_FIRST);
            READ(DOUBT_SAYS);
            READ(DOUBT_ACTS);
            READ(TRUST_CACHE);
            READ(ABORT_AGAIN);
            READ(GONE_LATER);
            READ(START_AGAIN);
            READ(GONE_BURNS);
            READ(NO_BURNING);
            READ(UNSURE_STAYS);
            READ(UNWRITTEN);
            READ(BACK_UNWRITTEN);
            READ(NO_WAY_OUT);
            READ(POLLS);
            READ(LIE_MOVED);
            READ(LIE_BACK);
            READ(LIE_TAKE);
            READ(LIE_BURN);
            READ(WORD_BACK);
            READ(WORD_TAKE);
            READ(NO_CAS);
            READ(TAKES_EMPTY);
            READ(LEASE_EXPIRES);
            READ(LEASE_IGNORED);
            READ(NO_RETURN);
            READ(END_MOVED);
            READ(END_BACK);
            READ(END_UNSTARTABLE);
            READ(END_UNSURE);
            READ(END_TAKEN);
        };
        if
        :: ARBITER
        :: else -> tries = 0
        fi;
        run Source();
        run Destination();
        run Faults();
        if
        :: PERSON && !ARBITER -> run Person()
        :: else
        fi;
        run Judge()
    }
}
