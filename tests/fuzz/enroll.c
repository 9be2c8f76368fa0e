/* SPDX-License-Identifier: LGPL-2.1-only */
/* Enrolment: identities, challenges, answers, and keys that were revoked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/why.h"
#include "fuzz.h"
#include "host/bundle.h"
#include "host/enrolment.h"
#include "host/revoked.h"

/* A text of what was given, up to its first NUL. */
static char *text_of(const uint8_t *data, size_t len)
{
    char *text = malloc(len + 1);

    FZ(text != NULL);
    memcpy(text, data, len);
    text[len] = '\0';
    return text;
}

/* A refusal says where. */
static void told(enum xls_rc rc, const struct xls_why *why)
{
    FZ(rc == XLS_HOST_CONF);
    FZ(strncmp(why->text, "file", 4) == 0);
    FZ(memchr(why->text, 0, sizeof(why->text)) != NULL);
}

/* What is accepted is, printed, accepted again and the same. */
void fz_identity(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct xls_bundle b, before, again;
    char *text = text_of(data, len);
    char *printed = NULL;
    size_t printed_len = 0;
    struct xls_why why = {""};
    enum xls_rc rc;

    (void)t;
    memset(&b, 0xa5, sizeof(b));
    memset(&before, 0xa5, sizeof(before));
    rc = xls_bundle_parse(text, "file", &b, &why);
    if (rc != XLS_OK) {
        told(rc, &why);
        FZ(memcmp(&b, &before, sizeof(b)) == 0);
    } else {
        FILE *file = open_memstream(&printed, &printed_len);

        FZ(xls_peer_name_ok(b.name) && b.port != 0);
        FZ(b.ak_area_len <= sizeof(b.ak_area) && b.ek_len <= sizeof(b.ek) &&
           b.ak_len <= sizeof(b.ak_der) && b.ek_cert_len <= sizeof(b.ek_cert));
        FZ((b.ak_len > 0) == b.has_ak_name && (b.ak_len > 0) == (b.ek_len > 0));
        FZ(file != NULL);
        xls_bundle_print(&b, file);
        FZ(fclose(file) == 0);
        FZ(xls_bundle_parse(printed, "file", &again, &why) == XLS_OK);
        FZ(strcmp(b.name, again.name) == 0 &&
           strcmp(b.address, again.address) == 0 && b.port == again.port);
        FZ(memcmp(b.key, again.key, sizeof(b.key)) == 0);
        FZ(b.ak_area_len == again.ak_area_len &&
           memcmp(b.ak_area, again.ak_area, b.ak_area_len) == 0);
        FZ(b.ek_cert_len == again.ek_cert_len &&
           memcmp(b.ek_cert, again.ek_cert, b.ek_cert_len) == 0);
        free(printed);
    }
    free(text);
}

/* A challenge, or else an answer. */
void fz_enrolment(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct xls_challenge c, c2;
    struct xls_answer a, a2;
    char *text = text_of(data, len);
    char *printed = NULL;
    size_t printed_len = 0;
    FILE *file = open_memstream(&printed, &printed_len);
    struct xls_why why = {""};
    struct xls_why why2 = {""};
    enum xls_rc rc = xls_challenge_parse(text, "file", &c, &why);
    enum xls_rc rc2 = xls_answer_parse(text, "file", &a, &why2);

    (void)t;
    FZ(file != NULL);
    FZ(rc != XLS_OK || rc2 != XLS_OK);
    if (rc == XLS_OK) {
        FZ(c.credential.blob_len <= sizeof(c.credential.blob));
        FZ(c.credential.seed_len <= sizeof(c.credential.seed));
        xls_challenge_print(&c, file);
        FZ(fflush(file) == 0);
        FZ(xls_challenge_parse(printed, "file", &c2, &why) == XLS_OK);
        FZ(memcmp(c.nonce, c2.nonce, sizeof(c.nonce)) == 0);
        FZ(c.ek_kind == c2.ek_kind);
        FZ(memcmp(&c.credential, &c2.credential, sizeof(c.credential)) == 0);
    } else {
        told(rc, &why);
    }
    if (rc2 == XLS_OK) {
        xls_answer_print(&a, file);
        FZ(fflush(file) == 0);
        FZ(xls_answer_parse(printed, "file", &a2, &why) == XLS_OK);
        FZ(memcmp(a.mac, a2.mac, sizeof(a.mac)) == 0);
    } else {
        told(rc2, &why2);
    }
    FZ(fclose(file) == 0);
    free(printed);
    free(text);
}

/* Each key that is in it is refused afterwards. */
void fz_revoked(const struct fz_target *t, const uint8_t *data, size_t len)
{
    char *text = text_of(data, len);
    struct xls_revoked revoked;
    struct xls_why why = {""};
    enum xls_rc rc = xls_revoked_parse(text, "file", &revoked, &why);

    (void)t;
    if (rc != XLS_OK) {
        told(rc, &why);
    }
    for (size_t i = 0; rc == XLS_OK && i < revoked.count; i++) {
        const struct xls_revoked_entry *e = &revoked.list[i];

        FZ(xls_peer_name_ok(e->host));
        FZ(xls_revoked_check(&revoked, e->kind, e->octets, "file", NULL) ==
           XLS_HOST_CONF);
    }
    xls_revoked_free(&revoked);
    free(text);
}

size_t fz_enroll_seed(unsigned n, const char **target, uint8_t *out,
                      size_t size)
{
    static struct xls_bundle b = {.name = "xen2",
                                  .address = "10.0.0.2",
                                  .port = 8250,
                                  .has_evidence_key = true,
                                  .ak_area_len = 88,
                                  .ak_len = 91,
                                  .has_ak_name = true,
                                  .ek_len = 91,
                                  .ek_cert_len = 200};
    static const struct xls_challenge c = {
        .name = "xen2",
        .ek_kind = XLS_SPKI_ECC_P256,
        .credential = {.blob_len = 68, .seed_len = 68}};
    static const struct xls_answer a = {.name = "xen2"};
    static const char revoked[] =
        "# x\n2026-01-01 key AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= xen2 "
        "it was sold\n2026-01-01 ak-name 000b00000000000000000000000000000000"
        "00000000000000000000000000000000 xen2\n";
    FILE *file = fmemopen(out, size, "w");
    long len;

    FZ(file != NULL);
    *target = n == 0 ? "identity" : n < 3 ? "enrolment" : "revoked";
    if (n == 0) {
        xls_name_of_area(b.ak_area, b.ak_area_len, b.ak_name);
        xls_bundle_print(&b, file);
    } else if (n == 1) {
        xls_challenge_print(&c, file);
    } else if (n == 2) {
        xls_answer_print(&a, file);
    } else if (n == 3) {
        (void)fputs(revoked, file);
    }
    FZ(fflush(file) == 0);
    len = ftell(file);
    FZ(fclose(file) == 0 && len >= 0);
    return n <= 3 ? (size_t)len : 0;
}
