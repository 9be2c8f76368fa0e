/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * conf: the configuration directory, without its secrets.  Level 5.
 *
 *   xlsec.conf       this host (INI; see xlsec.conf(5))
 *   peers.d/X.conf   one other host each: name, address, key, what is allowed
 *                    and accepted of its guests' configurations
 *   guests.d/X.conf  what moves along with a guest; see host/guests.h
 *   peers.d/X.psk    a pre-shared key with that host, if there is one (secret)
 *   host.key         this host's static key (secret)
 *   fleet.key        the key that all hosts share (secret)
 *
 * Everything that is wrong is told with file, line and remedy; nothing is
 * guessed, and an unknown word is an error.
 */
#ifndef XLS_HOST_CONF_H
#define XLS_HOST_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/ak.h"
#include "attest/kind.h"
#include "attest/name.h"
#include "base/rc.h"
#include "base/why.h"
#include "host/keyfile.h"
#include "proto/suite.h"
#include "xenfmt/cfgpolicy.h"

enum {
    XLS_PATH = 256,
    XLS_NAME = 64,
    XLS_ADDRESS = 256,
    XLS_PORT_DEFAULT = 8250,
};

struct xls_conf {
    char dir[XLS_PATH];       /* where it was read */
    char listen[XLS_ADDRESS]; /* xlsecd: an address, or "*" */
    uint16_t port;
    unsigned max_sessions;      /* xlsecd: connections served at once */
    unsigned handshake_seconds; /* until the peer has authenticated */
    unsigned stall_seconds;     /* silence after which a peer is given up */
    unsigned finish_seconds;    /* for loading or starting a guest at the end */
    unsigned downtime_seconds;  /* longer stopped: it goes on here; 0: ever */
    unsigned whole_seconds;     /* the same for the whole migration */
    bool slow;                  /* a guest that dirties memory too fast gets
                                 * less of its CPUs until it has moved */
    unsigned settle_seconds;    /* xl migrate-secure: for asking anew what
                                 * became of a guest, before it gives up */
    unsigned evidence_seconds;  /* for the peer's Evidence to come */
    char libexec[XLS_PATH];     /* where xlsec-wire and the others are */
    char state[XLS_PATH];       /* what has to outlast a boot */
    enum xls_pq post_quantum;   /* what is wanted of ML-KEM */
    char tcti[XLS_ADDRESS];     /* the TPM; empty: see xls_tpm_which() */
    char event_log[XLS_PATH];   /* the firmware's; empty: where Linux has it */
    char ima_log[XLS_PATH];     /* IMA's list; the same */
    uint32_t pcrs;              /* those that are quoted; bit n: PCR n */
    bool policy_unsigned;       /* an appraisal policy needs no signature */
    char owner[XLS_NAME];       /* of companions that come; empty: root */
    char under[XLS_PATH];       /* where all companions are; empty: "/" */
    char arbiter[XLS_PATH];     /* its storage; empty: there is none */
    unsigned arbiter_host;      /* this host's number there */
};

struct xls_peer {
    char name[XLS_NAME];
    char address[XLS_ADDRESS]; /* the name again when none is given */
    uint16_t port;
    uint8_t key[XLS_KEY];                    /* its public static key */
    bool incoming;                           /* it may send guests to us */
    bool outgoing;                           /* it may be sent guests of ours */
    bool no_arbiter;                         /* it is at no arbiter of ours */
    char psk_path[XLS_PATH + XLS_NAME + 32]; /* may not exist */
    char path[XLS_PATH + 256 + 16]; /* its file; empty when parsed alone */
    struct xls_cfg_policy accept;   /* of guests' configurations from it */

    /* What it has to prove itself by.  NONE and not waived: nothing was said,
     * and nothing can be proven, so it is refused. */
    enum xls_evidence_kind evidence;
    bool evidence_waived; /* 'evidence = none': it proves nothing */
    uint8_t ak_der[XLS_AK_DER_MAX];
    size_t ak_len; /* 0: no attestation key */
    struct xls_ak_scheme ak_scheme;
    bool has_ak_name;
    uint8_t ak_name[XLS_NAME_LEN];
    bool has_evidence_key;
    uint8_t evidence_key[XLS_KEY]; /* Ed25519, of software Evidence */
    char class[XLS_NAME];          /* of the policy; empty when none is given */
};

struct xls_peers {
    struct xls_peer *list; /* owned */
    size_t count;
};

/* Read dir/xlsec.conf; every default where there is none.
 * Errors: XLS_HOST_CONF, XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_conf_load(const char *dir, struct xls_conf *out,
                                       struct xls_why *why);

/*
 * Read every dir/peers.d/X.conf.  Two peers of one name or one key are an
 * error.  The caller frees with xls_peers_free(), also after an error.
 * Errors: XLS_HOST_CONF, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_peers_load(const char *dir, struct xls_peers *out,
                                        struct xls_why *why);
void xls_peers_free(struct xls_peers *peers);

/*
 * A whole text file of at most 64 KiB; the caller frees *text, which is NULL
 * when there is no such file.
 * Errors: XLS_HOST_CONF, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_conf_text(const char *path, char **text,
                                       struct xls_why *why);

/* The peer of that name or key; NULL when there is none. */
const struct xls_peer *xls_peers_by_name(const struct xls_peers *peers,
                                         const char *name);
const struct xls_peer *xls_peers_by_key(const struct xls_peers *peers,
                                        const uint8_t key[XLS_KEY]);

/* True for what may be a peer's name: 1 to 63 of letters, digits, '.', '-',
 * '_', beginning with a letter or digit. */
bool xls_peer_name_ok(const char *name);

/* True for what may be a peer's address: at most 255 of letters, digits, '.',
 * '-', '_', and of IPv6 ':', '%'; not beginning with '-'. */
bool xls_peer_address_ok(const char *address);

/* True for what `allow` in a peer's file may say. */
bool xls_peer_allow_ok(const char *allow);

/*
 * Parse one peer file's text; path is for messages only.
 * Errors: XLS_HOST_CONF.
 */
XLS_MUST_USE enum xls_rc xls_peer_parse(const char *text, const char *path,
                                        struct xls_peer *out,
                                        struct xls_why *why);

#endif
