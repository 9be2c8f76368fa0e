/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The handshake of doc/PROTOCOL.md with Evidence, up to the receipt, for Spin:
 * two honest hosts A and B with three sessions, and an attacker who owns the
 * network and an enrolled machine M, has the fleet key and stolen static keys,
 * and boots what he likes on any host.
 *
 * A term is a small number.  An AEAD's key is a function of the transcript
 * that its holder has seen, so "who can have made this message" is a question
 * about transcripts: the honest peer with the same one, or the attacker when
 * he can compute every secret that went into the key.  There is no attacker
 * process: each receiving step takes any message that somebody can have made.
 * What would be refused is not taken, for a refusal is final.
 *
 * README.md beside this file says what is checked and what is bounded.  One
 * model is compiled; the environment says which variant is run, by names that
 * are set to anything:
 *   DROP_role ...    the binder without that field
 *   NO_SELF_CHECK    a peer with our own static key is taken   ([P-13])
 *   NO_PIN           any enrolled attestation key will do
 *   ONE_KEY          one key for both kinds of Evidence, format not checked
 *   NO_PCRS          the values of PCRs are not looked at
 *   NO_SECOND        no second Evidence
 *   SAFE_A, SAFE_B   that host's static key is not stolen
 *   SOFTWARE         the destination may make software Evidence
 *   WIRE             the wire processes are the attacker's, and ask for the
 *                    second Evidence whenever he likes
 *   REACH            is the end reached?  Must fail.
 */
#define N 3 /* sessions of honest hosts */
#define A 1 /* hosts, and their static keys */
#define B 2
#define M 3
#define X 9 /* whatever the attacker made himself */

#define SOURCE 0
#define DESTINATION 1

/* The variant. */
bit DROP_label, DROP_role, DROP_kind, DROP_suite,
    DROP_epoch, DROP_h, DROP_attester, DROP_verifier,
    DROP_nonce, DROP_migration_id, DROP_policy, DROP_logs, DROP_sums,
    NO_SELF_CHECK, NO_PIN, ONE_KEY, NO_PCRS,
    NO_SECOND, SAFE_A, SAFE_B, SOFTWARE,
    WIRE, REACH;

/* Each session: whose it is, how far it is, and the transcript as it sees it.
 * Session s draws s + 1 for its ephemeral key, nonce, KEM value, migration id,
 * and sends the stream s + 16; 0 is absent. */
byte host[N], role[N], step[N];
byte e_i[N], n_i[N], kem_i[N]; /* message 1 */
byte e_r[N], s_r[N], n_r[N], kem_r[N];
byte s_i[N], mid[N];
bit software[N];    /* it makes software Evidence */
bit made0[N], made1[N]; /* its Evidence of epoch 0, 1 exists */
byte stream[N];     /* what was sent, or has come */
byte sums[N];       /* of which stream its second Evidence has the sums */
bit accepted0[N];
bit was_evil[N];    /* the peer's host, when the stream ended here */
bit evil[4];        /* host: booted into something else */
bit stolen[4];      /* host: its static key */

#define OTHER(h) (3 - (h))
#define NAME(h) (h == M -> 77 : 64 + h) /* its letter */
#define MADE(s, e) (((e) == 0 && made0[s]) || ((e) == 1 && made1[s]))
#define PEER(s) (role[s] == SOURCE -> s_r[s] : s_i[s])
#define NONCE_OF_PEER(s) (role[s] == SOURCE -> n_r[s] : n_i[s])
#define SUITE(s) (kem_r[s] != 0)

#define SAME1(s, t) (e_i[s] == e_i[t] && n_i[s] == n_i[t] && kem_i[s] == kem_i[t])
#define SAME2(s, t) (SAME1(s, t) && e_r[s] == e_r[t] && s_r[s] == s_r[t] && \
    n_r[s] == n_r[t] && kem_r[s] == kem_r[t])
#define SAME_H(s, t) (SAME2(s, t) && s_i[s] == s_i[t] && mid[s] == mid[t])

/* Is t the session at the other end of s? */
#define MATCH(s, t) (role[s] != role[t] && step[s] >= 2 && step[t] >= 2 && \
    SAME_H(s, t))

/* The attacker has the keys of session s's transport messages: he is the other
 * end, or has what one of the ends has. */
#define OTHER_END(s) (role[s] == SOURCE -> e_r[s] == X : e_i[s] == X)
#define KEYS(s) (step[s] >= 2 && (WIRE || OTHER_END(s) || evil[host[s]] || \
    evil[PEER(s)]))

/* Message 1 is under the fleet key, which he has; message 2 is his to read when
 * he began the handshake; message 3 when he has all. */
#define KNOWN_NONCE(s) (step[s] >= 1 && (role[s] == SOURCE || e_i[s] == X))
#define KNOWN_MID(s) (role[s] == SOURCE && step[s] >= 2 && KEYS(s))
#define KNOWN_STREAM(s) (role[s] == SOURCE && step[s] >= 5)

/* --- the binder: does the quote of session q, made for epoch e, say what s
 * expects for epoch x?  lie: what the blob around it claims, 1 another policy,
 * 2 another log. --- */
#define HAS_role(s, q, e, x) (DROP_role || (role[q] != role[s]))
#define HAS_kind(s, q, e, x) (DROP_kind || (!software[q]))
#define HAS_suite(s, q, e, x) (DROP_suite || (SUITE(q) == SUITE(s)))
#define HAS_epoch(s, q, e, x) (DROP_epoch || (e == x))
#define HAS_h(s, q, e, x) (DROP_h || SAME_H(q, s))
#define HAS_attester(s, q, e, x) (DROP_attester || (host[q] == PEER(s)))
#define HAS_verifier(s, q, e, x) (DROP_verifier || (PEER(q) == host[s]))
#define HAS_nonce(s, q, e, x) (DROP_nonce || (NONCE_OF_PEER(q) == s + 1))
#define HAS_migration_id(s, q, e, x) (DROP_migration_id || (mid[q] == mid[s]))
/* Of the policy and the log the blob around the quote says what they are: may
 * that be a lie? */
#define HAS_policy (!DROP_policy)
#define HAS_logs (!DROP_logs)
#define HAS_sums(s, q, e, x) (DROP_sums || \
    (e == 0 -> 0 : sums[q]) == (x == 0 -> 0 : stream[s]))
/* A quote that the same key made for another use, of octets that the attacker
 * chose: only the label is not his. */
#define HAS_label (!DROP_label)

#define SIGNER(s, q) (host[q] == PEER(s) || \
    (NO_PIN && (PEER(s) == A || PEER(s) == B)))
#define KEY_OF_KIND(q) (!software[q] || ONE_KEY)

#define HOLDS(s, q, e, x) (SIGNER(s, q) && KEY_OF_KIND(q) && \
    HAS_role(s, q, e, x) && HAS_kind(s, q, e, x) && HAS_suite(s, q, e, x) && \
    HAS_epoch(s, q, e, x) && HAS_h(s, q, e, x) && HAS_attester(s, q, e, x) && \
    HAS_verifier(s, q, e, x) && HAS_nonce(s, q, e, x) && \
    HAS_migration_id(s, q, e, x) && HAS_sums(s, q, e, x))

/* What it is worth: the word of the host that s means, of this session, of this
 * time. */
#define WORTH(s, q, e, x) (host[q] == PEER(s) && MATCH(s, q) && \
    !software[q] && e == x)

/* Evidence can come from the other end, or from the attacker when he has the
 * keys: a quote that he has seen in any session of which he has them. */
#define COMES(s, q, e, x) (MADE(q, e) && HOLDS(s, q, e, x) && \
    ((MATCH(s, q) && e == x) || (KEYS(s) && KEYS(q))))
#define OF_BOTH(f, s, q, x) (f(s, q, 0, x) || f(s, q, 1, x))
#define OF_ANY(f, s, x) (OF_BOTH(f, s, 0, x) || OF_BOTH(f, s, 1, x) || \
    OF_BOTH(f, s, 2, x))
/* Or it is a TPM's word with other PCRs, or of another use. */
#define FORGED(s) (KEYS(s) && (NO_PCRS || !HAS_label))
#define EVIDENCE(s, x) (OF_ANY(COMES, s, x) || FORGED(s))
#define WORTHLESS(s, q, e, x) (COMES(s, q, e, x) && (!WORTH(s, q, e, x) || \
    (KEYS(s) && (!HAS_policy || !HAS_logs))))
/* Whatever would be accepted is worth something. */
#define SOUND(s, x) (!OF_ANY(WORTHLESS, s, x) && !FORGED(s))

/* --- steps --- */
#define SOME(cond) (cond(s, 0) || cond(s, 1) || cond(s, 2))
/* A step is taken by a host that is still what it was.  This is asked together
 * with what the step waits for: an atomic sequence that waits is not atomic. */
#define ALIVE(s) (!evil[host[s]])

inline any_of(t)
{
    if
    :: t = 0
    :: t = 1
    :: t = 2
    fi
}

/* The attacker's choice of a nonce: one that he has seen, or his own. */
inline any_nonce(v)
{
    if
    :: KNOWN_NONCE(0) -> v = 1
    :: KNOWN_NONCE(1) -> v = 2
    :: KNOWN_NONCE(2) -> v = 3
    :: v = X
    fi
}

/* A control message of the other end, which has come to step at. */
#define SAYS(s, t, at) (MATCH(s, t) && step[t] >= at)
#define HEARS(s, at) (SAYS(s, 0, at) || SAYS(s, 1, at) || SAYS(s, 2, at) || \
    KEYS(s))

#define BOTH_ACCEPTED(s, t) (MATCH(s, t) && accepted0[s] && accepted0[t] && \
    step[t] >= 4)
#define SENT(s, t) (MATCH(s, t) && stream[s] == stream[t])
#define COMMITTED(s, t) (MATCH(s, t) && step[t] >= 7)

inline make_again(s)
{
    if
    :: made1[s] -> skip
    :: else -> made1[s] = 1;
        sums[s] = stream[s]
    fi
}

proctype Source(byte s)
{
    byte q;

    atomic { /* message 1 */
        ALIVE(s) ->
        if
        :: s_r[s] = OTHER(host[s])
        :: s_r[s] = M
        :: NO_SELF_CHECK -> s_r[s] = host[s]
        fi;
        kem_i[s] = s + 1;
        e_i[s] = s + 1;
        n_i[s] = s + 1;
        s_i[s] = host[s];
        printf("session %d: source %c says message 1 to %c\n", s, NAME(host[s]),
            NAME(s_r[s]));
        step[s] = 1
    };
    atomic { /* message 2; message 3 and Evidence */
        any_of(q);
        if
        :: ALIVE(s) && role[q] == DESTINATION && host[q] == s_r[s] && step[q] >= 1 &&
           SAME1(s, q) ->
            e_r[s] = e_r[q];
            n_r[s] = n_r[q];
            kem_r[s] = kem_r[q]
        :: ALIVE(s) && stolen[s_r[s]] ->
            e_r[s] = X;
            any_nonce(n_r[s]);
            if
            :: kem_i[s] != 0 -> kem_r[s] = X
            :: kem_r[s] = 0
            fi
        fi;
        q = 0;
        mid[s] = s + 1;
        made0[s] = 1;
        printf("session %d: source has message 2, ephemeral %d nonce %d kem %d; message 3 and Evidence\n",
            s, e_r[s], n_r[s], kem_r[s]);
        step[s] = 2
    };
    atomic { /* Evidence; OFFER */
        ALIVE(s) && EVIDENCE(s, 0) ->
        printf("session %d: Evidence of %c comes\n", s, NAME(PEER(s)));
        assert(SOUND(s, 0));
        accepted0[s] = 1;
        step[s] = 3
    };
    atomic { /* ADMIT; the stream to its end; Evidence again */
        ALIVE(s) && HEARS(s, 4) ->
        /* nothing of the guest leaves before both sides have accepted, and
         * nothing for the attacker to read */
        assert(WIRE || evil[PEER(s)] || (SOME(BOTH_ACCEPTED) && !KEYS(s)));
        printf("session %d: ADMIT comes; the stream, and Evidence again\n", s);
        was_evil[s] = evil[PEER(s)];
        stream[s] = s + 16;
        make_again(s);
        step[s] = 5
    };
    atomic { /* Evidence again */
        ALIVE(s) && (NO_SECOND || EVIDENCE(s, 1)) ->
        printf("session %d: second Evidence of %c comes\n", s, NAME(PEER(s)));
        assert(NO_SECOND || SOUND(s, 1));
        step[s] = 6
    };
    atomic { /* PREPARED; COMMIT */
        ALIVE(s) && HEARS(s, 6) ->
        printf("session %d: PREPARED comes; COMMIT\n", s);
        /* the destination was good when the stream had ended */
        assert(!was_evil[s]);
        step[s] = 7
    };
    atomic { /* COMMITTED */
        ALIVE(s) && HEARS(s, 7) ->
        printf("session %d: COMMITTED comes\n", s);
        assert(!REACH || KEYS(s));
        step[s] = 8
    }
}

proctype Destination(byte s)
{
    byte q;

    atomic { /* message 1; message 2 */
        any_of(q);
        if
        :: ALIVE(s) && role[q] == SOURCE && step[q] >= 1 ->
            /* with another payload it would not get further than this */
            e_i[s] = e_i[q];
            n_i[s] = n_i[q];
            kem_i[s] = kem_i[q]
        :: ALIVE(s) -> e_i[s] = X;
            any_nonce(n_i[s]);
            if
            :: kem_i[s] = X
            :: kem_i[s] = 0
            fi
        fi;
        q = 0;
        e_r[s] = s + 1;
        s_r[s] = host[s];
        n_r[s] = s + 1;
        kem_r[s] = (kem_i[s] != 0 -> s + 1 : 0);
        printf("session %d: destination %c has message 1, ephemeral %d nonce %d kem %d; message 2\n",
            s, NAME(host[s]), e_i[s], n_i[s], kem_i[s]);
        step[s] = 1
    };
    atomic { /* message 3; Evidence */
        any_of(q);
        if
        :: ALIVE(s) && role[q] == SOURCE && step[q] >= 2 && SAME2(s, q) ->
            s_i[s] = s_i[q];
            mid[s] = mid[q]
        :: ALIVE(s) && e_i[s] == X ->
            if
            :: stolen[A] -> s_i[s] = A
            :: stolen[B] -> s_i[s] = B
            :: s_i[s] = M
            fi;
            if
            :: KNOWN_MID(0) -> mid[s] = mid[0]
            :: KNOWN_MID(2) -> mid[s] = mid[2]
            :: mid[s] = X
            fi
        fi;
        q = 0;
        (NO_SELF_CHECK || s_i[s] != host[s]) ->
        made0[s] = 1;
        printf("session %d: destination has message 3 of %c, migration id %d; Evidence\n",
            s, NAME(s_i[s]), mid[s]);
        step[s] = 2
    };
    atomic { /* Evidence */
        ALIVE(s) && EVIDENCE(s, 0) ->
        printf("session %d: Evidence of %c comes\n", s, NAME(PEER(s)));
        assert(SOUND(s, 0));
        accepted0[s] = 1;
        step[s] = 3
    };
    atomic { /* OFFER; ADMIT */
        ALIVE(s) && HEARS(s, 3) ->
        printf("session %d: OFFER comes; ADMIT\n", s);
        step[s] = 4
    };
    atomic { /* the stream to its end, the source's or another; Evidence again */
        any_of(q);
        if
        :: ALIVE(s) && SAYS(s, q, 5) -> stream[s] = stream[q]
        :: ALIVE(s) && KEYS(s) -> stream[s] = X
        fi;
        q = 0;
        make_again(s);
        printf("session %d: the stream has come, number %d; Evidence again\n", s,
            stream[s]);
        step[s] = 5
    };
    atomic { /* and the source's; PREPARED */
        ALIVE(s) && (NO_SECOND || EVIDENCE(s, 1)) ->
        printf("session %d: second Evidence of %c comes\n", s, NAME(PEER(s)));
        assert(NO_SECOND || SOUND(s, 1));
        /* a good source has sent what has come, whatever it is now */
        assert(WIRE || SOME(SENT));
        step[s] = 6
    };
    atomic { /* COMMIT; the guest runs; COMMITTED */
        ALIVE(s) && HEARS(s, 7) ->
        printf("session %d: COMMIT comes; the guest runs\n", s);
        assert(WIRE || evil[PEER(s)] || SOME(COMMITTED));
        step[s] = 7
    }
}

/* The attacker boots a host into what he likes: its sessions are his then, and
 * its TPM tells. */
proctype Evil(byte h)
{
    atomic {
        evil[h] = 1;
        printf("%c is booted into something else\n", NAME(h))
    }
}

/* The keys process answers one request for each epoch, whenever it comes. */
proctype Early(byte s)
{
    byte q;

    atomic {
        ALIVE(s) && step[s] >= 2 && !made1[s] ->
        any_of(q);
        if
        :: KNOWN_STREAM(q) -> sums[s] = stream[q]
        :: sums[s] = X
        fi;
        q = 0;
        printf("session %d: wire asks early for the second Evidence\n", s);
        made1[s] = 1
    }
}

init
{
    byte s;

    atomic {
        c_code {
#define READ(name) now.name = getenv(#name) != 0
            READ(DROP_label);
            READ(DROP_role);
            READ(DROP_kind);
            READ(DROP_suite);
            READ(DROP_epoch);
            READ(DROP_h);
            READ(DROP_attester);
            READ(DROP_verifier);
            READ(DROP_nonce);
            READ(DROP_migration_id);
            READ(DROP_policy);
            READ(DROP_logs);
            READ(DROP_sums);
            READ(NO_SELF_CHECK);
            READ(NO_PIN);
            READ(ONE_KEY);
            READ(NO_PCRS);
            READ(NO_SECOND);
            READ(SAFE_A);
            READ(SAFE_B);
            READ(SOFTWARE);
            READ(WIRE);
            READ(REACH);
        };
        stolen[A] = !SAFE_A;
        stolen[B] = !SAFE_B;
        stolen[M] = 1;
        host[0] = A;
        role[0] = SOURCE;
        host[1] = B;
        role[1] = DESTINATION;
        if
        :: host[2] = A;
            role[2] = DESTINATION
        :: host[2] = B;
            role[2] = DESTINATION
        :: host[2] = B;
            role[2] = SOURCE
        :: host[2] = A;
            role[2] = SOURCE
        fi;
        if
        :: SOFTWARE -> software[1] = 1
        :: true
        fi;
        for (s : 0 .. 2) {
            if
            :: role[s] == SOURCE -> run Source(s)
            :: else -> run Destination(s)
            fi;
            if
            :: WIRE -> run Early(s)
            :: else
            fi
        }
        run Evil(A);
        run Evil(B)
    }
}
