/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/bundle.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/wr.h"
#include "host/ini.h"

/* --- its words ------------------------------------------------------------ */

static bool word_name(void *out, const char *value)
{
    struct xls_bundle *b = out;

    (void)snprintf(b->name, sizeof(b->name), "%s", value);
    return xls_peer_name_ok(value);
}

static bool word_address(void *out, const char *value)
{
    struct xls_bundle *b = out;

    (void)snprintf(b->address, sizeof(b->address), "%s", value);
    return xls_peer_address_ok(value);
}

static bool word_port(void *out, const char *value)
{
    struct xls_bundle *b = out;
    size_t digits = strspn(value, "0123456789");
    long port = digits > 0 && digits <= 5 ? strtol(value, NULL, 10) : 0;

    b->port = port <= 65535 ? (uint16_t)port : 0;
    return value[digits] == '\0' && b->port != 0;
}

static bool word_key(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_bundle *)out)->key);
}

static bool word_evidence_key(void *out, const char *value)
{
    struct xls_bundle *b = out;

    b->has_evidence_key = xls_key_decode(value, b->evidence_key);
    return b->has_evidence_key;
}

static bool word_ak_name(void *out, const char *value)
{
    struct xls_bundle *b = out;

    b->has_ak_name = xls_hex_decode(value, b->ak_name, sizeof(b->ak_name));
    return b->has_ak_name;
}

static bool word_ak(void *out, const char *name, const char *value)
{
    struct xls_bundle *b = out;

    (void)name;
    return xls_base64_append(value, b->ak_der, sizeof(b->ak_der), &b->ak_len);
}

static bool word_ak_area(void *out, const char *name, const char *value)
{
    struct xls_bundle *b = out;

    (void)name;
    return xls_base64_append(value, b->ak_area, sizeof(b->ak_area),
                             &b->ak_area_len);
}

static bool word_ek(void *out, const char *name, const char *value)
{
    struct xls_bundle *b = out;

    (void)name;
    return xls_base64_append(value, b->ek, sizeof(b->ek), &b->ek_len);
}

static bool word_ek_cert(void *out, const char *name, const char *value)
{
    struct xls_bundle *b = out;

    (void)name;
    return xls_base64_append(value, b->ek_cert, sizeof(b->ek_cert),
                             &b->ek_cert_len);
}

/* A word that the host which trusts says, and no other. */
static bool word_of_ours(void *out, const char *name, const char *value)
{
    (void)out;
    (void)name;
    (void)value;
    return false;
}

#define OF_OURS                                                                \
    "said by this host and not by an identity: is this from xlsec id?"

static const struct xls_ini_word words[] = {
    {"peer", "name", word_name,
     "'name = NAME' (letters, digits, '.', '-', '_'; 63 at most)", true, NULL},
    {"peer", "address", word_address, "a host name or an address", false, NULL},
    {"peer", "port", word_port, "a port, 1 to 65535", false, NULL},
    {"peer", "key", word_key,
     "'key = BASE64' (the 44 characters that xlsec id shows on that host)",
     true, NULL},
    {"peer", "evidence-key", word_evidence_key,
     "'evidence-key = BASE64' (the 44 characters that xlsec id shows on that "
     "host)",
     false, NULL},
    {"peer", "ak", NULL, "a public key in base64", false, word_ak},
    {"peer", "ak-name", word_ak_name, "68 hexadecimal digits", false, NULL},
    {"peer", "ak-area", NULL, "a key's public area in base64", false,
     word_ak_area},
    {"peer", "ek", NULL, "a public key in base64", false, word_ek},
    {"peer", "ek-certificate", NULL, "a certificate in base64", false,
     word_ek_cert},
    {"peer", "allow", NULL, OF_OURS, false, word_of_ours},
    {"peer", "evidence", NULL, OF_OURS, false, word_of_ours},
    {"peer", "class", NULL, OF_OURS, false, word_of_ours},
    {"peer", "ak-scheme", NULL, OF_OURS, false, word_of_ours},
};

enum {
    WORDS = sizeof(words) / sizeof(words[0]),
    ALL = WORDS + XLS_ACCEPT_WORDS - XLS_ACCEPT_DISK,
};

/* Is what it says of its TPM whole, and one with itself? */
static enum xls_rc settle(struct xls_bundle *b, const char *path,
                          struct xls_why *why)
{
    uint8_t name[XLS_NAME_LEN];

    if ((b->ak_area_len > 0) != (b->ak_len > 0) ||
        (b->ak_area_len > 0) != b->has_ak_name ||
        (b->ak_area_len > 0) != (b->ek_len > 0) ||
        (b->ek_cert_len > 0 && b->ek_len == 0)) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: is not whole: 'ak', 'ak-name', 'ak-area' and "
                           "'ek' come together; take all of what xlsec id "
                           "printed",
                           path);
    }
    if (b->ak_area_len > 0) {
        xls_name_of_area(b->ak_area, b->ak_area_len, name); /* [E-63] */
        if (xls_same(name, b->ak_name, sizeof(name)) != XLS_OK) {
            return xls_why_set(why, XLS_HOST_CONF,
                               "%s: 'ak-name' is not the name of 'ak-area': "
                               "this is not what xlsec id printed",
                               path);
        }
    }
    if (b->address[0] == '\0') {
        memcpy(b->address, b->name, sizeof(b->name));
    }
    return XLS_OK;
}

enum xls_rc xls_bundle_parse(const char *text, const char *path,
                             struct xls_bundle *out, struct xls_why *why)
{
    struct xls_ini_word all[ALL];
    struct xls_bundle *b = calloc(1, sizeof(*b));
    enum xls_rc rc;

    if (b == NULL) {
        return XLS_HOST_NOMEM;
    }
    b->port = XLS_PORT_DEFAULT;
    memcpy(all, words, sizeof(words));
    for (int i = WORDS; i < ALL; i++) {
        all[i] = (struct xls_ini_word){
            "peer",
            xls_cfg_word_name((enum xls_cfg_word)(XLS_ACCEPT_DISK + i - WORDS)),
            NULL,
            OF_OURS,
            false,
            word_of_ours};
    }
    rc = xls_ini_parse(text, path, all, ALL, b, why);
    if (rc == XLS_OK) {
        rc = settle(b, path, why);
    }
    if (rc == XLS_OK) {
        *out = *b;
    }
    free(b);
    return rc;
}

/* --- in print ------------------------------------------------------------- */

void xls_print_octets(FILE *to, const char *word, const uint8_t *octets,
                      size_t len)
{
    enum { PIECE = 120, DIGITS = 160 };
    char piece[DIGITS + 1];

    for (size_t at = 0; at < len; at += PIECE) {
        size_t n = len - at < PIECE ? len - at : PIECE;

        (void)sodium_bin2base64(piece, sizeof(piece), octets + at, n,
                                sodium_base64_VARIANT_ORIGINAL);
        (void)fprintf(to, "%s = %s\n", word, piece);
    }
}

void xls_bundle_print_words(const struct xls_bundle *b, FILE *to)
{
    char text[2 * XLS_NAME_LEN + 1];

    xls_key_encode(b->key, text);
    (void)fprintf(to, "name = %s\naddress = %s\nport = %u\nkey = %s\n", b->name,
                  b->address, (unsigned)b->port, text);
    if (b->has_evidence_key) {
        xls_key_encode(b->evidence_key, text);
        (void)fprintf(to, "evidence-key = %s\n", text);
    }
    if (b->ak_len > 0) {
        xls_hex(text, sizeof(text), b->ak_name, sizeof(b->ak_name));
        xls_print_octets(to, "ak", b->ak_der, b->ak_len);
        (void)fprintf(to, "ak-name = %s\n", text);
    }
}

void xls_bundle_print(const struct xls_bundle *b, FILE *to)
{
    char print[XLS_FINGERPRINT_TEXT];

    xls_bundle_fingerprint(b, print);
    (void)fprintf(to,
                  "# xlsec: the identity of host %s; no secret in it\n"
                  "# %s\n",
                  b->name, print);
    xls_key_fingerprint(b->key, print);
    (void)fprintf(to, "# its static key alone, as logs show it: %s\n", print);
    if (b->ek_len > 0) {
        xls_fingerprint(b->ek, b->ek_len, print);
        (void)fprintf(to, "# its TPM's endorsement key (%s, %s): %s\n",
                      xls_spki_name(xls_spki_kind_of(b->ek, b->ek_len)),
                      b->ek_cert_len > 0 ? "certified" : "not certified",
                      print);
    }
    (void)fprintf(to, "[peer]\n");
    xls_bundle_print_words(b, to);
    xls_print_octets(to, "ak-area", b->ak_area, b->ak_area_len);
    xls_print_octets(to, "ek", b->ek, b->ek_len);
    xls_print_octets(to, "ek-certificate", b->ek_cert, b->ek_cert_len);
}

/* --- the fingerprint ------------------------------------------------------ */

static void add(crypto_hash_sha256_state *hash, const void *p, size_t len)
{
    uint8_t head[4];
    struct xls_wr wr = xls_wr_over(head, sizeof(head));

    xls_wr_u32be(&wr, (uint32_t)len);
    (void)crypto_hash_sha256_update(hash, head, sizeof(head));
    (void)crypto_hash_sha256_update(hash, p, len);
}

void xls_bundle_fingerprint(const struct xls_bundle *b,
                            char out[XLS_FINGERPRINT_TEXT])
{
    static const char label[] = "xlsec identity 1";
    uint8_t digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state hash;

    (void)crypto_hash_sha256_init(&hash);
    add(&hash, label, sizeof(label) - 1);
    add(&hash, b->key, sizeof(b->key));
    add(&hash, b->evidence_key, b->has_evidence_key ? XLS_KEY : 0);
    add(&hash, b->ak_area, b->ak_area_len);
    (void)crypto_hash_sha256_final(&hash, digest);
    xls_digest_fingerprint(digest, out);
}
