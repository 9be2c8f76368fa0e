/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * crew: the helper processes of one migration, from the toolstack's side.
 * Level 6.
 */
#ifndef XLS_TOOLSTACK_CREW_H
#define XLS_TOOLSTACK_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/appraise.h"
#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"
#include "host/msg.h"
#include "host/ring.h"
#include "host/seen.h"
#include "host/spawn.h"
#include "proto/control.h"
#include "proto/payload.h"
#include "toolstack/guest.h"
#include "xenfmt/config.h"

enum xls_from {
    XLS_FROM_NOBODY, /* the deadline has passed */
    XLS_FROM_KEYS,
    XLS_FROM_WIRE,
    XLS_FROM_GUARD,
    XLS_FROM_VERIFY,
    XLS_FROM_EXTRA, /* the caller's descriptor is readable */
    XLS_FROM_COUNT, /* the counts, ended or proven below have changed */
};

struct xls_crew {
    struct xls_conf conf;
    struct xls_measure_ops measure; /* for a host without a TPM */
    enum xls_role role;
    struct xls_child keys;
    struct xls_child wire;
    struct xls_child guard;
    struct xls_child verify;
    struct xls_ring_fds ring;
    struct xls_ipc_msg *msg;  /* the last message; owned */
    struct xls_ipc_msg *held; /* the peer's, that came while another process
                               * was waited for; owned */
    bool is_held;
    enum xls_evidence_kind own_kind; /* of what this host shows */
    uint8_t own_key[XLS_KEY];
    uint8_t peer_key[XLS_KEY]; /* source: expected; destination: proven */
    char peer_name[XLS_NAME];  /* empty until known */
    bool learning;             /* before the start: no policy is asked, and */
    uint8_t *shown;            /* the peer's first Evidence is kept; owned */
    size_t shown_len;
    bool waived;     /* 'evidence = none': the peer has nothing to prove */
    bool disproven;  /* verify has refused its Evidence */
    unsigned proven; /* pieces of its Evidence that are good, of two */
    uint8_t peer_ak_name[XLS_NAME_LEN];
    struct xls_attested attested; /* what the last of them says */
    struct xls_seen *seen;        /* before there was a nonce; owned */
    char *said;             /* lines that explain a refusal of it; owned */
    uint8_t id[XLS_ID_LEN]; /* source: set before start; destination: the
                               source's, once there is a peer */
    /* of the session, once there is a peer */
    uint8_t h[XLS_HASH_LEN];
    uint8_t own_nonce[XLS_NONCE_LEN];
    uint8_t peer_nonce[XLS_NONCE_LEN];
    uint16_t suite;                      /* enum xls_suite */
    struct xls_sums passed[XLS_STREAMS]; /* of those that have ended */
    size_t ended;                        /* how many have, in their order */
    uint64_t wire_octets;
    uint64_t stream_bytes;
    uint64_t stream_pages;
    uint32_t stream_passes; /* over memory, the first included */
};

/*
 * Start keys and wire on a connected pair of descriptors (which may be the
 * same, and stay the caller's).  crew->conf is set, and a source's crew->id.
 * peer: whom to send to, by name; destination:
 * NULL.  End with xls_crew_end(), also after an error.
 */
XLS_MUST_USE enum xls_rc xls_crew_start(struct xls_crew *crew,
                                        enum xls_role role, const char *peer,
                                        const int net[2], struct xls_why *why);

/* Start the guard, on a new pipe whose other end is *pipe_fd, the caller's. */
XLS_MUST_USE enum xls_rc xls_crew_guard(struct xls_crew *crew, int *pipe_fd,
                                        struct xls_why *why);

/*
 * The next message (in crew->msg), at the latest at deadline.  extra[0..count)
 * are descriptors to watch as well (-1: none); *which is the index of the one
 * that is readable.  A process that failed or ended is an error, with its own
 * reason in why.
 */
struct xls_watch {
    int64_t deadline;
    const int *extra;
    size_t count;
    size_t which;
};
XLS_MUST_USE enum xls_rc xls_crew_next(struct xls_crew *crew,
                                       struct xls_watch *watch,
                                       enum xls_from *from,
                                       struct xls_why *why);

/* Wait until wire says that the peer has proven itself; its name and what the
 * session goes by are then in crew.  Errors: what went wrong in the handshake.
 */
XLS_MUST_USE enum xls_rc xls_crew_await_peer(struct xls_crew *crew,
                                             struct xls_why *why);

/* Have the guard judge a config.  On XLS_OK the caller frees *text. */
XLS_MUST_USE enum xls_rc xls_crew_config(struct xls_crew *crew,
                                         const char *json, size_t len,
                                         struct xls_config_facts *facts,
                                         char **text, struct xls_why *why);

/* Let the stream begin, bounded by what facts say of the guest. */
XLS_MUST_USE enum xls_rc xls_crew_stream(struct xls_crew *crew,
                                         const struct xls_config_facts *facts,
                                         struct xls_why *why);

/* Have wire send a control message.  Errors: XLS_HOST_GONE, XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_crew_say(struct xls_crew *crew,
                                      const struct xls_control *control);

/*
 * Saying something failed with rc, because a process has ended: its own last
 * words, waited for a moment.  Gives its verdict, and what it said in why; rc,
 * and why as it was, when there are none.
 */
enum xls_rc xls_crew_reason(struct xls_crew *crew, enum xls_rc rc,
                            struct xls_why *why);

/* Decode crew->msg as a control message; what *out points to lives until the
 * next message. */
XLS_MUST_USE enum xls_rc xls_crew_heard(const struct xls_crew *crew,
                                        struct xls_control *out);

/* Wire has nothing more to send: let it close in order and end. */
void xls_crew_hang_up(struct xls_crew *crew);

/* End every process and free everything.  What they used stays readable. */
void xls_crew_end(struct xls_crew *crew);

#endif
