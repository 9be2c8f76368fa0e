/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/enrolment.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "host/ini.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char bits[] = "44 characters of base64";

/* --- challenge ------------------------------------------------------------ */

static bool challenge_name(void *out, const char *value)
{
    struct xls_challenge *c = out;

    (void)snprintf(c->name, sizeof(c->name), "%s", value);
    return xls_peer_name_ok(value);
}

static bool challenge_nonce(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_challenge *)out)->nonce);
}

static bool challenge_moment(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_challenge *)out)->moment);
}

static bool challenge_ak_name(void *out, const char *value)
{
    struct xls_challenge *c = out;

    return xls_hex_decode(value, c->ak_name, sizeof(c->ak_name));
}

static bool challenge_ek_kind(void *out, const char *value)
{
    struct xls_challenge *c = out;

    c->ek_kind = xls_spki_kind_read(value);
    return c->ek_kind != XLS_SPKI_NONE;
}

static bool challenge_ek_digest(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_challenge *)out)->ek_digest);
}

static bool challenge_blob(void *out, const char *name, const char *value)
{
    struct xls_credential *c = &((struct xls_challenge *)out)->credential;

    (void)name;
    return xls_base64_append(value, c->blob, sizeof(c->blob), &c->blob_len);
}

static bool challenge_seed(void *out, const char *name, const char *value)
{
    struct xls_credential *c = &((struct xls_challenge *)out)->credential;

    (void)name;
    return xls_base64_append(value, c->seed, sizeof(c->seed), &c->seed_len);
}

static const struct xls_ini_word challenge_words[] = {
    {"challenge", "name", challenge_name, "a host's name", true, NULL},
    {"challenge", "nonce", challenge_nonce, bits, true, NULL},
    {"challenge", "moment", challenge_moment, bits, true, NULL},
    {"challenge", "ak-name", challenge_ak_name, "68 hexadecimal digits", true,
     NULL},
    {"challenge", "ek-kind", challenge_ek_kind,
     "rsa-2048, ecc-p256 or ecc-p384", true, NULL},
    {"challenge", "ek-sha256", challenge_ek_digest, bits, true, NULL},
    {"challenge", "credential", NULL, "a credential in base64", true,
     challenge_blob},
    {"challenge", "credential-seed", NULL, "a credential's seed in base64",
     true, challenge_seed},
};

enum xls_rc xls_challenge_parse(const char *text, const char *path,
                                struct xls_challenge *out, struct xls_why *why)
{
    struct xls_challenge c = {.ek_kind = XLS_SPKI_NONE};
    enum xls_rc rc = xls_ini_parse(text, path, challenge_words,
                                   COUNT(challenge_words), &c, why);

    if (rc == XLS_OK) {
        *out = c;
    }
    return rc;
}

void xls_challenge_print(const struct xls_challenge *c, FILE *to)
{
    char hex[2 * XLS_NAME_LEN + 1];
    char nonce[XLS_KEY_TEXT];
    char moment[XLS_KEY_TEXT];
    char ek[XLS_KEY_TEXT];

    xls_key_encode(c->nonce, nonce);
    xls_key_encode(c->moment, moment);
    xls_key_encode(c->ek_digest, ek);
    xls_hex(hex, sizeof(hex), c->ak_name, sizeof(c->ak_name));
    (void)fprintf(to,
                  "# xlsec: a challenge for the TPM of host %s, no secret to "
                  "anybody else; there: xlsec enroll answer\n"
                  "[challenge]\nname = %s\nnonce = %s\nmoment = %s\n"
                  "ak-name = %s\nek-kind = %s\nek-sha256 = %s\n",
                  c->name, c->name, nonce, moment, hex,
                  xls_spki_name(c->ek_kind), ek);
    xls_print_octets(to, "credential", c->credential.blob,
                     c->credential.blob_len);
    xls_print_octets(to, "credential-seed", c->credential.seed,
                     c->credential.seed_len);
}

/* --- answer --------------------------------------------------------------- */

static bool answer_name(void *out, const char *value)
{
    struct xls_answer *a = out;

    (void)snprintf(a->name, sizeof(a->name), "%s", value);
    return xls_peer_name_ok(value);
}

static bool answer_nonce(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_answer *)out)->nonce);
}

static bool answer_mac(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_answer *)out)->mac);
}

static const struct xls_ini_word answer_words[] = {
    {"answer", "name", answer_name, "a host's name", true, NULL},
    {"answer", "nonce", answer_nonce, bits, true, NULL},
    {"answer", "mac", answer_mac, bits, true, NULL},
};

enum xls_rc xls_answer_parse(const char *text, const char *path,
                             struct xls_answer *out, struct xls_why *why)
{
    struct xls_answer a = {.name = ""};
    enum xls_rc rc =
        xls_ini_parse(text, path, answer_words, COUNT(answer_words), &a, why);

    if (rc == XLS_OK) {
        *out = a;
    }
    return rc;
}

void xls_answer_print(const struct xls_answer *a, FILE *to)
{
    char nonce[XLS_KEY_TEXT];
    char mac[XLS_KEY_TEXT];

    xls_key_encode(a->nonce, nonce);
    xls_key_encode(a->mac, mac);
    (void)fprintf(to,
                  "# xlsec: the answer of host %s to a challenge; back where "
                  "that is from: xlsec enroll finish\n"
                  "[answer]\nname = %s\nnonce = %s\nmac = %s\n",
                  a->name, a->name, nonce, mac);
}

/* --- the verdict ---------------------------------------------------------- */

enum xls_rc xls_pending_judge(const struct xls_pending *pending,
                              const struct xls_answer *answer)
{
    const struct xls_bundle *b = &pending->bundle;
    struct xls_dh_key moment;
    struct xls_dh shared;
    uint8_t mac[XLS_ENROLL_MAC];
    enum xls_rc rc;

    xls_dh_key_over_secret(pending->moment_secret, &moment);
    rc = xls_dh_agree(moment.secret, b->key, &shared);
    if (rc == XLS_OK) {
        const struct xls_enroll e = {
            .secret = pending->secret,
            .shared = shared.bytes,
            .key = b->key,
            .evidence_key = b->has_evidence_key ? b->evidence_key : NULL,
            .ak_name = b->ak_name,
            .moment = moment.pub,
            .nonce = pending->nonce};

        xls_enroll_mac(&e, mac);
        rc = xls_same(mac, answer->mac, sizeof(mac));
    }
    xls_dh_key_wipe(&moment);
    xls_wipe(&shared, sizeof(shared));
    xls_wipe(mac, sizeof(mac));
    return rc;
}

void xls_pending_wipe(struct xls_pending *pending)
{
    xls_wipe(pending, sizeof(*pending));
}
