/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The appraisal policy: its text, verdicts on hostile claims, and minisign's
 * keys and signatures.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/claimlog.h"
#include "attest/minisign.h"
#include "attest/policy-learn.h"
#include "attest/policy-private.h"
#include "fuzz.h"
#include "logs.h"

/* Lines of printable characters, each with its end. */
static void lines(const char *text)
{
    size_t len = strlen(text);

    FZ(len < XLS_APPRAISAL_TEXT);
    FZ(len == 0 || text[len - 1] == '\n');
    for (size_t i = 0; i < len; i++) {
        FZ(text[i] == '\n' || (text[i] >= 0x20 && text[i] <= 0x7e));
    }
}

/* --- the text ------------------------------------------------------------- */

/* Claims that are as the set has them; false where only a list could. */
static bool as_set(const struct xls_policy_class *class,
                   const struct policy_set *set, struct xls_claims *out)
{
    *out = (struct xls_claims){.kind = class->kind,
                               .pcrs = {.mask = class->pcrs},
                               .firmware = class->firmware};
    for (unsigned n = 0; n < XLS_POLICY_PCRS; n++) {
        if (set->value[n] != NULL) {
            FZ((class->pcrs >> n & 1) != 0 && (set->any >> n & 1) == 0);
            memcpy(out->pcrs.value[n], set->value[n], XLS_PCR_LEN);
        }
    }
    return set->file_count == 0;
}

/* What a set says is allowed; with a bit turned it is not by this set. */
static void holds(const struct xls_policy_class *class,
                  const struct policy_set *set)
{
    static struct xls_appraisal out;
    struct xls_claims claims;

    if (!as_set(class, set, &claims)) {
        FZ(xls_policy_appraise(class, &claims, &out, NULL) == XLS_OK ||
           out.differ != 0);
        return;
    }
    FZ(xls_policy_appraise(class, &claims, &out, NULL) == XLS_OK);
    FZ(xls_policy_again(class, &claims, &claims, &out, NULL) == XLS_OK);
    for (unsigned n = 0; n < XLS_POLICY_PCRS; n++) {
        if (set->value[n] != NULL) {
            claims.pcrs.value[n][n] ^= 1;
            FZ(xls_policy_appraise(class, &claims, &out, NULL) != XLS_OK ||
               strcmp(out.set, set->name) != 0);
            lines(out.text);
            claims.pcrs.value[n][n] ^= 1;
        }
    }
}

/* One set more: what was allowed stays so. */
static void grows(const uint8_t *data, size_t len,
                  const struct xls_policy *policy)
{
    struct xls_claims claims = {.kind = XLS_EVIDENCE_TPM};
    struct xls_policy_lesson lesson = {"p", "default", "fuzz", 0, data, len};
    struct xls_policy *more = NULL;
    struct xls_reason why = {.rule = ""};
    char *text = NULL;
    size_t text_len = 0;
    enum xls_rc rc;

    if (policy->class_count > 0) {
        lesson.class = policy->classes[0].name;
        claims.kind = policy->classes[0].kind;
        claims.pcrs.mask = policy->classes[0].pcrs;
        claims.firmware = policy->classes[0].firmware;
    } else {
        claims.pcrs.mask = 1;
    }
    memset(claims.pcrs.value, 0xf5, sizeof(claims.pcrs.value));
    rc = xls_policy_learn(&lesson, &claims, &text, &text_len, &why);
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
        FZ(text == NULL);
        return;
    }
    FZ(xls_policy_read(text, text_len, &more, NULL) == XLS_OK);
    FZ(more->version == policy->version + 1);
    FZ(strcmp(more->name, policy->name) == 0);
    for (size_t i = 0; i < policy->class_count; i++) {
        for (size_t k = 0; k < policy->classes[i].set_count; k++) {
            FZ(strcmp(more->classes[i].sets[k].name,
                      policy->classes[i].sets[k].name) == 0);
            holds(&more->classes[i], &more->classes[i].sets[k]);
        }
    }
    xls_policy_free(more);
    free(text);
}

void fz_appraisal(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_policy *policy = NULL;
    struct xls_reason why = {.rule = ""};
    struct xls_policy *again = NULL;
    enum xls_rc rc = xls_policy_read(data, len, &policy, &why);

    (void)t;
    FZ(xls_policy_read(data, len, &again, NULL) == rc);
    xls_policy_free(again);
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
        FZ(policy == NULL && strncmp(why.text, "policy", 6) == 0);
        return;
    }
    FZ(data[len - 1] == '\n' && policy->version != 0);
    FZ(policy->class_count <= XLS_POLICY_CLASSES);
    for (size_t i = 0; i < policy->class_count; i++) {
        const struct xls_policy_class *class = &policy->classes[i];

        FZ(xls_policy_class(policy, "", class->name, NULL) == class);
        FZ(class->pcrs != 0 && class->set_count <= XLS_POLICY_SETS);
        for (size_t k = 0; k < class->set_count; k++) {
            FZ(class->sets[k].event_count <= XLS_POLICY_EVENTS);
            holds(class, &class->sets[k]);
        }
    }
    grows(data, len, policy);
    xls_policy_free(policy);
}

/* --- claims --------------------------------------------------------------- */

enum {
    HEAD = 3, /* octets: what is mended, octets of the log */
    SOFTWARE = 1,
    MEND_LOG = 2, /* the PCRs are those that the log leads to */
    MEND_IMA = 4, /* PCR 10 is the one that the list leads to */
    OTHER = 8,    /* PCR 4 is another */
};

static struct xls_policy *policy; /* made once */

/* PCRs 0 and 4 by values with events, PCR 10 by a list; and one with values
 * alone. */
static void policy_make(void)
{
    static char text[2048];
    struct xls_wr none = xls_wr_over(NULL, 0);
    struct xls_pcrs pcrs = {0};
    char a[65], b[65], e0[65], e4[65];
    uint8_t digest[XLS_PCR_LEN];
    int len;

    if (policy != NULL) {
        return;
    }
    tl_soft(&none, &pcrs, 0, 1, "w");
    tl_soft(&none, &pcrs, 4, 2, "w");
    xls_hex(a, sizeof(a), pcrs.value[0], XLS_PCR_LEN);
    xls_hex(b, sizeof(b), pcrs.value[4], XLS_PCR_LEN);
    tl_digest(1, digest);
    xls_hex(e0, sizeof(e0), digest, XLS_PCR_LEN);
    tl_digest(2, digest);
    xls_hex(e4, sizeof(e4), digest, XLS_PCR_LEN);
    len = snprintf(text, sizeof(text),
                   "xlsec-policy 1\nname a\nversion 1\nclass c\n"
                   "evidence software\npcrs 0,4,10\nset s\npcr 0 %s\n"
                   "event 0 %s first\npcr 4 %s\nevent 4 %s second\n"
                   "ima sha256:%s boot_aggregate\nima sha256:%s /bin/b\n"
                   "set t\npcr 0 %s\npcr 4 %s\npcr 10 any\n",
                   a, e0, b, e4, e0, e4, b, a);
    FZ(xls_policy_read(text, (size_t)len, &policy, NULL) == XLS_OK);
}

struct listed {
    const struct xls_claims *claims;
    bool reached;
};

/* Each record up to the quoted value is one of the set's, by a plain search. */
static enum xls_rc is_listed(void *arg, const struct xls_ima_record *record)
{
    const struct policy_set *set = &policy->classes[0].sets[0];
    struct listed *l = arg;
    bool found = l->reached;

    for (size_t i = 0; i < set->file_count; i++) {
        const struct policy_file *file = &set->files[i];

        found = found ||
                (strcmp(file->path, record->path) == 0 &&
                 record->digest_len == file->digest_len && !record->violation &&
                 memcmp(file->digest, record->digest, file->digest_len) == 0);
    }
    FZ(found);
    l->reached = l->reached || memcmp(record->value, l->claims->pcrs.value[10],
                                      XLS_PCR_LEN) == 0;
    return XLS_OK;
}

static void accepted(const struct xls_claims *claims,
                     const struct xls_appraisal *out)
{
    const struct xls_policy_class *class = &policy->classes[0];
    size_t i = strcmp(out->set, "s") == 0 ? 0 : 1;
    struct listed listed = {claims, false};
    struct xls_imalog *log;

    FZ(out->differ == 0 && claims->pcrs.mask == class->pcrs);
    for (unsigned n = 0; n < XLS_POLICY_PCRS; n++) {
        const uint8_t *value = class->sets[i].value[n];

        FZ(value == NULL ||
           memcmp(value, claims->pcrs.value[n], XLS_PCR_LEN) == 0);
    }
    if (i == 0) {
        log = xls_imalog_new(is_listed, &listed);
        FZ(log != NULL &&
           xls_imalog_feed(log, claims->ima, claims->ima_len, NULL) == XLS_OK);
        xls_imalog_free(log);
        FZ(listed.reached);
    }
}

/* Octet 0: what is mended; 1 and 2: octets of the log; the log; IMA's list. */
void fz_appraise(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct xls_appraisal out;
    struct xls_claims claims = {.kind = XLS_EVIDENCE_TPM};
    struct xls_claimlog log;
    struct xls_imalog *ima;
    struct xls_reason why = {.rule = ""};
    struct xls_wr none = xls_wr_over(NULL, 0);
    unsigned records;
    enum xls_rc rc;

    (void)t;
    if (len < HEAD) {
        return;
    }
    policy_make();
    claims.log_len = ((size_t)data[1] << 8 | data[2]) % (len - HEAD + 1);
    claims.log = data + HEAD;
    claims.ima = data + HEAD + claims.log_len;
    claims.ima_len = len - HEAD - claims.log_len;
    tl_soft(&none, &claims.pcrs, 0, 1, "w");
    tl_soft(&none, &claims.pcrs, 4, (data[0] & OTHER) != 0 ? 3 : 2, "w");
    if ((data[0] & SOFTWARE) != 0) {
        claims.kind = XLS_EVIDENCE_SOFTWARE;
    }
    if ((data[0] & MEND_LOG) != 0 &&
        xls_claimlog_read(&claims, &log, NULL) == XLS_OK) {
        claims.pcrs = log.pcrs;
    }
    claims.pcrs.mask = 0x411;
    if ((data[0] & MEND_IMA) != 0) {
        ima = xls_imalog_new(NULL, NULL);
        FZ(ima != NULL);
        if (xls_imalog_feed(ima, claims.ima, claims.ima_len, NULL) == XLS_OK) {
            rc = xls_imalog_end(ima, &records, claims.pcrs.value[10], NULL);
            FZ(rc == XLS_OK || xls_rc_is_peer(rc));
        }
        xls_imalog_free(ima);
    }
    rc = xls_policy_appraise(&policy->classes[0], &claims, &out, &why);
    lines(out.text);
    if (rc != XLS_OK) {
        FZ(rc == XLS_PEER_POLICY && out.differ != 0);
        fz_unproven(rc, &why);
        return;
    }
    accepted(&claims, &out);
}

/* --- minisign ------------------------------------------------------------- */

static const char message[] = "xlsec-policy 1\nname a\nversion 1\n";

/* A second reader's: line n of a text. */
static size_t line(const uint8_t *text, size_t len, unsigned n,
                   const uint8_t **out)
{
    const uint8_t *end;

    for (;; n--) {
        end = memchr(text, '\n', len);
        FZ(end != NULL);
        if (n == 0) {
            *out = text;
            return (size_t)(end - text);
        }
        len -= (size_t)(end + 1 - text);
        text = end + 1;
    }
}

/* What was accepted was signed, as a second reader has it. */
static void signed_by(const struct xls_minisign_key *key, const uint8_t *sig,
                      size_t len)
{
    static uint8_t both[64 + 8192];
    const uint8_t *at;
    uint8_t octets[74], hash[64], global[64];
    size_t got = 0;
    size_t n = line(sig, len, 1, &at);

    FZ(sodium_base642bin(octets, sizeof(octets), (const char *)at, n, NULL,
                         &got, NULL, sodium_base64_VARIANT_ORIGINAL) == 0);
    FZ(got == 74 && octets[0] == 'E' && memcmp(octets + 2, key->id, 8) == 0);
    if (octets[1] == 'D') {
        (void)crypto_generichash(hash, sizeof(hash), (const uint8_t *)message,
                                 sizeof(message) - 1, NULL, 0);
        FZ(crypto_sign_verify_detached(octets + 10, hash, sizeof(hash),
                                       key->pub) == 0);
    } else {
        FZ(crypto_sign_verify_detached(octets + 10, (const uint8_t *)message,
                                       sizeof(message) - 1, key->pub) == 0);
    }
    memcpy(both, octets + 10, 64);
    n = line(sig, len, 2, &at);
    FZ(n >= 17 && n - 17 <= 8192 && memcmp(at, "trusted comment: ", 17) == 0);
    memcpy(both + 64, at + 17, n - 17);
    len = 64 + n - 17;
    n = line(sig, (size_t)(at - sig) + n + 90, 3, &at);
    FZ(sodium_base642bin(global, sizeof(global), (const char *)at, n, NULL,
                         &got, NULL, sodium_base64_VARIANT_ORIGINAL) == 0);
    FZ(got == 64 &&
       crypto_sign_verify_detached(global, both, len, key->pub) == 0);
}

/* Octets 0 and 1: octets of the key's file; it; the signature's. */
void fz_minisign(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_minisign_key key;
    struct xls_minisign_file file = {.octets = message,
                                     .len = sizeof(message) - 1};
    struct xls_reason why = {.rule = ""};
    char comment[XLS_MINISIGN_COMMENT] = "";
    char id[XLS_MINISIGN_ID_TEXT];
    size_t key_len;
    enum xls_rc rc;

    (void)t;
    if (len < 2) {
        return;
    }
    key_len = ((size_t)data[0] << 8 | data[1]) % (len - 1);
    file.sig = data + 2 + key_len;
    file.sig_len = len - 2 - key_len;
    rc = xls_minisign_key_read(data + 2, key_len, &key, &why);
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
        return;
    }
    xls_minisign_id(&key, id);
    FZ(strspn(id, "0123456789ABCDEF") == 16 && id[16] == '\0');
    rc = xls_minisign_verify(&key, &file, comment, &why);
    FZ(xls_minisign_verify(&key, &file, NULL, NULL) == rc);
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
        FZ(comment[0] == '\0');
        return;
    }
    signed_by(&key, file.sig, file.sig_len);
    for (const char *c = comment; *c != '\0'; c++) {
        FZ(*c >= 0x20 && *c <= 0x7e);
    }
}

/* --- first inputs --------------------------------------------------------- */

/* A key's file and the signature's, of this kind. */
static size_t minisign_seed(const char *alg, uint8_t *out, size_t size)
{
    static const uint8_t seed[XLS_SIGN_SEED_LEN] = {3};
    struct xls_sign_key key;
    uint8_t pub[42] = {'E', 'd'}, octets[74], hash[64], both[65], global[64];
    char text[3][128];
    int len;

    xls_sign_key_over_seed(seed, &key);
    memcpy(pub + 10, key.pub, 32);
    memset(octets, 0, sizeof(octets));
    memcpy(octets, alg, 2);
    (void)crypto_generichash(hash, sizeof(hash), (const uint8_t *)message,
                             sizeof(message) - 1, NULL, 0);
    if (alg[1] == 'D') {
        xls_sign(&key, hash, sizeof(hash), octets + 10);
    } else {
        xls_sign(&key, message, sizeof(message) - 1, octets + 10);
    }
    memcpy(both, octets + 10, 64);
    both[64] = 't';
    xls_sign(&key, both, sizeof(both), global);
    (void)sodium_bin2base64(text[0], 128, pub, 42, 1);
    (void)sodium_bin2base64(text[1], 128, octets, 74, 1);
    (void)sodium_bin2base64(text[2], 128, global, 64, 1);
    len = snprintf((char *)out + 2, size - 2, "untrusted comment: k\n%s\n",
                   text[0]);
    out[0] = 0;
    out[1] = (uint8_t)len;
    return 2 + (size_t)len +
           (size_t)snprintf((char *)out + 2 + len, size - 2 - (size_t)len,
                            "untrusted comment: s\n%s\n"
                            "trusted comment: t\n%s\n",
                            text[1], text[2]);
}

/* Claims that are mended, or as set s wants them, with these octets of logs. */
static size_t appraise_seed(unsigned n, uint8_t *out, size_t size)
{
    struct xls_wr wr = xls_wr_over(out + HEAD, size - HEAD);
    struct xls_pcrs pcrs = {0};
    uint8_t digest[XLS_PCR_LEN];
    size_t log;

    if ((n & SOFTWARE) != 0) {
        tl_soft(&wr, &pcrs, 0, 1, "first");
        tl_soft(&wr, &pcrs, 4, 2, "second");
    } else {
        tl_head(&wr);
        tl_event(&wr, &pcrs, 0, 1, "first", 5);
        tl_event(&wr, &pcrs, 4, 2, "s\0e\0c\0o\0n\0d", 11);
    }
    log = wr.used;
    tl_digest(1, digest);
    tl_ima(&wr, NULL, digest, "boot_aggregate");
    tl_digest(2, digest);
    tl_ima(&wr, NULL, digest, "/bin/b");
    FZ(wr.rc == XLS_OK);
    out[0] = (uint8_t)n;
    out[1] = (uint8_t)(log >> 8);
    out[2] = (uint8_t)log;
    return HEAD + wr.used;
}

size_t fz_appraisal_seed(unsigned n, const char **target, uint8_t *out,
                         size_t size)
{
    static const char text[] =
        "# ours\nxlsec-policy 1\nname a\nversion 1\nclass c\nevidence tpm\n"
        "pcrs 0-1,10\nfirmware 0000000000000001\nset s\n"
        "pcr 0 "
        "0000000000000000000000000000000000000000000000000000000000000000\n"
        "pcr 1 any\n"
        "ima sha256:"
        "0000000000000000000000000000000000000000000000000000000000000000 "
        "/a\\x20b\nset t\npcr 0 any\npcr 1 "
        "0000000000000000000000000000000000000000000000000000000000000000\n"
        "pcr 10 any\nclass d\nevidence software\npcrs 3\nset s\npcr 3 any\n";

    if (n == 0) {
        *target = "appraisal";
        memcpy(out, text, sizeof(text) - 1);
        return sizeof(text) - 1;
    }
    if (n <= 2) {
        *target = "minisign";
        return minisign_seed(n == 1 ? "Ed" : "ED", out, size);
    }
    if (n < 3 + 2 * OTHER) {
        *target = "appraise";
        return appraise_seed(n - 3, out, size);
    }
    return 0;
}
