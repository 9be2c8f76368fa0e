/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * host/tpm on a software TPM, which t-host-tpm.sh starts: XLS_TPM_A and
 * XLS_TPM_B are the TCTIs of two.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <tss2/tss2_mu.h>
#include <unistd.h>

#include "attest/area.h"
#include "attest/quote.h"
#include "base/secret.h"
#include "crypto/start.h"
#include "host/cage.h"
#include "host/clock.h"
#include "host/tpm-private.h"
#include "t.h"

static const uint8_t seed[XLS_TPM_SEED] = {1, 2, 3};
static const uint8_t seed2[XLS_TPM_SEED] = {1, 2, 4};
static const uint8_t question[32] = {9, 8, 7};

static struct xls_tpm *open_tpm(const char *which)
{
    struct xls_tpm *tpm = NULL;
    struct xls_why why = {""};

    T(getenv(which) != NULL);
    ck_assert_msg(xls_tpm_open(getenv(which), &tpm, &why) == XLS_OK, "%s",
                  why.text);
    return tpm;
}

static void make_ak(struct xls_tpm *tpm, struct xls_tpm_ak *ak)
{
    struct xls_why why = {""};

    ck_assert_msg(xls_tpm_ak(tpm, seed, ak, &why) == XLS_OK, "%s", why.text);
}

/* What another host says of a quote. */
static enum xls_rc judge(const struct xls_tpm_ak *ak,
                         const struct xls_tpm_quote *q, uint32_t pcrs,
                         struct xls_reason *reason)
{
    const struct xls_ak_scheme scheme = {XLS_AK_SIGN_NONE, XLS_AK_HASH_NONE};
    const struct xls_quote quote = {q->message, q->message_len, q->signature,
                                    q->signature_len, &q->pcrs};
    uint8_t signer[XLS_NAME_LEN];
    const struct xls_quote_want want = {.qualification = question,
                                        .qualification_len = 32,
                                        .pcrs = pcrs,
                                        .signer = signer,
                                        .signer_len = sizeof(signer)};
    struct xls_ak *key = NULL;
    enum xls_rc rc;

    T(xls_ak_new_der(ak->spki, sizeof(ak->spki), &scheme, &key, reason) ==
      XLS_OK);
    xls_name_qualified(ak->name, signer);
    rc = xls_quote_check(&quote, key, &want, NULL, reason);
    xls_ak_free(key);
    return rc;
}

START_TEST(a_key_belongs_to_its_seed)
{
    struct xls_tpm *tpm = open_tpm("XLS_TPM_A");
    struct xls_tpm *other = open_tpm("XLS_TPM_B");
    struct xls_tpm_ak ak[4];
    struct xls_area area;
    struct xls_why why = {""};

    make_ak(tpm, &ak[0]);
    T(xls_tpm_ak(tpm, seed2, &ak[1], &why) == XLS_OK);
    make_ak(tpm, &ak[2]);
    make_ak(other, &ak[3]);
    T(memcmp(&ak[0], &ak[2], sizeof(ak[0])) == 0);
    T(memcmp(ak[0].name, ak[1].name, XLS_NAME_LEN) != 0);
    T(memcmp(ak[0].name, ak[3].name, XLS_NAME_LEN) != 0);
    T(xls_area_read(ak[0].area, ak[0].area_len, &area, NULL) == XLS_OK);
    T(memcmp(area.name, ak[0].name, XLS_NAME_LEN) == 0);
    xls_tpm_close(tpm);
    xls_tpm_close(other);
    /* and it is there again later */
    tpm = open_tpm("XLS_TPM_A");
    make_ak(tpm, &ak[1]);
    T(memcmp(ak[0].name, ak[1].name, XLS_NAME_LEN) == 0);
    xls_tpm_close(tpm);
}
END_TEST

START_TEST(its_quotes_are_accepted)
{
    static const uint32_t masks[] = {0x7ff, 0x1, 0xffff, 0x8001, 0x400};
    struct xls_tpm *tpm = open_tpm("XLS_TPM_A");
    struct xls_tpm_ak ak;
    struct xls_tpm_quote q;
    struct xls_why why = {""};
    struct xls_reason reason = {0};

    make_ak(tpm, &ak);
    for (size_t i = 0; i < T_COUNT(masks); i++) {
        ck_assert_msg(xls_tpm_quote(tpm, masks[i], question, &q, &why) ==
                          XLS_OK,
                      "%s", why.text);
        ck_assert_msg(judge(&ak, &q, masks[i], &reason) == XLS_OK, "%s %s",
                      reason.rule, reason.text);
    }
    /* a key of another seed did not make it */
    T(xls_tpm_ak(tpm, seed2, NULL, &why) == XLS_OK);
    T(xls_tpm_quote(tpm, 1, question, &q, &why) == XLS_OK);
    T(judge(&ak, &q, 1, &reason) == XLS_PEER_AUTH);
    ck_assert_str_eq(reason.rule, "E-15");
    xls_tpm_close(tpm);
}
END_TEST

START_TEST(what_is_no_question)
{
    struct xls_tpm *tpm = open_tpm("XLS_TPM_A");
    struct xls_tpm_quote q;
    struct xls_why why = {""};

    T(xls_tpm_quote(tpm, 1, question, &q, &why) == XLS_BUG_CONTRACT);
    make_ak(tpm, NULL);
    T(xls_tpm_quote(tpm, 0, question, &q, &why) == XLS_BUG_CONTRACT);
    T(xls_tpm_quote(tpm, 1U << 24, question, &q, &why) == XLS_BUG_CONTRACT);
    xls_tpm_close(tpm);
    xls_tpm_close(NULL);
}
END_TEST

/* PCR 10 is extended between the values and the quote, so many times. */
static unsigned moves;

TSS2_RC __real_Esys_Quote(ESYS_CONTEXT *esys, ESYS_TR key, ESYS_TR one,
                          ESYS_TR two, ESYS_TR three, const TPM2B_DATA *data,
                          const TPMT_SIG_SCHEME *scheme,
                          const TPML_PCR_SELECTION *pcrs,
                          TPM2B_ATTEST **message, TPMT_SIGNATURE **signature);
TSS2_RC __wrap_Esys_Quote(ESYS_CONTEXT *esys, ESYS_TR key, ESYS_TR one,
                          ESYS_TR two, ESYS_TR three, const TPM2B_DATA *data,
                          const TPMT_SIG_SCHEME *scheme,
                          const TPML_PCR_SELECTION *pcrs,
                          TPM2B_ATTEST **message, TPMT_SIGNATURE **signature);

TSS2_RC __wrap_Esys_Quote(ESYS_CONTEXT *esys, ESYS_TR key, ESYS_TR one,
                          ESYS_TR two, ESYS_TR three, const TPM2B_DATA *data,
                          const TPMT_SIG_SCHEME *scheme,
                          const TPML_PCR_SELECTION *pcrs,
                          TPM2B_ATTEST **message, TPMT_SIGNATURE **signature)
{
    const TPML_DIGEST_VALUES values = {
        .count = 1, .digests[0] = {.hashAlg = TPM2_ALG_SHA256}};

    if (moves > 0) {
        moves--;
        T(Esys_PCR_Extend(esys, ESYS_TR_PCR10, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                          ESYS_TR_NONE, &values) == TSS2_RC_SUCCESS);
    }
    return __real_Esys_Quote(esys, key, one, two, three, data, scheme, pcrs,
                             message, signature);
}

START_TEST(pcrs_that_move)
{
    struct xls_tpm *tpm = open_tpm("XLS_TPM_A");
    struct xls_tpm_ak ak;
    struct xls_tpm_quote q = {.message_len = 7};
    struct xls_why why = {""};
    struct xls_reason reason = {0};

    make_ak(tpm, &ak);
    moves = 3;
    T(xls_tpm_quote(tpm, 0x7ff, question, &q, &why) == XLS_OK);
    T(moves == 0 && judge(&ak, &q, 0x7ff, &reason) == XLS_OK);
    /* another PCR is not waited for */
    moves = 3;
    T(xls_tpm_quote(tpm, 0x3ff, question, &q, &why) == XLS_OK);
    T(moves == 2 && judge(&ak, &q, 0x3ff, &reason) == XLS_OK);
    moves = 1000;
    q.message_len = 7;
    T(xls_tpm_quote(tpm, 0x7ff, question, &q, &why) == XLS_HOST_IO);
    T(strstr(why.text, "PCRs changed at each of 16 quotes") != NULL);
    T(q.message_len == 7 && moves == 1000 - 16);
    moves = 0;
    xls_tpm_close(tpm);
}
END_TEST

START_TEST(secrets_are_sealed)
{
    struct xls_tpm *tpm = open_tpm("XLS_TPM_A");
    struct xls_tpm *other = open_tpm("XLS_TPM_B");
    struct xls_tpm_sealed sealed;
    struct xls_tpm_sealed broken;
    uint8_t secret[XLS_TPM_SECRET];
    uint8_t back[XLS_TPM_SECRET];
    const uint8_t zero[XLS_TPM_SECRET] = {0};
    struct xls_why why = {""};

    T(xls_crypto_start() == XLS_OK);
    xls_random(secret, sizeof(secret));
    ck_assert_msg(xls_tpm_seal(tpm, secret, &sealed, &why) == XLS_OK, "%s",
                  why.text);
    for (size_t i = 0; i + sizeof(secret) <= sealed.len; i++) {
        T(memcmp(sealed.octets + i, secret, sizeof(secret)) != 0);
    }
    ck_assert_msg(xls_tpm_unseal(tpm, &sealed, back, &why) == XLS_OK, "%s",
                  why.text);
    T(xls_same(back, secret, sizeof(secret)) == XLS_OK);
    T(xls_tpm_unseal(other, &sealed, back, &why) == XLS_HOST_IO);
    T(memcmp(back, zero, sizeof(back)) == 0);
    ck_assert_msg(strstr(why.text, "it was made by another TPM, or this one "
                                   "has been cleared since") != NULL,
                  "%s", why.text);
    for (size_t i = 0; i < sealed.len; i += t_stride(16)) {
        broken = sealed;
        broken.octets[i] ^= 0x40;
        T(xls_tpm_unseal(tpm, &broken, back, &why) != XLS_OK);
        T(memcmp(back, zero, sizeof(back)) == 0);
    }
    for (size_t i = 0; i < sealed.len; i++) {
        broken = sealed;
        broken.len = i;
        T(xls_tpm_unseal(tpm, &broken, back, &why) == XLS_HOST_CONF);
    }
    broken = sealed;
    broken.len++;
    T(xls_tpm_unseal(tpm, &broken, back, &why) == XLS_HOST_CONF);
    /* nothing of all that was left in it: its room is small */
    T(xls_tpm_unseal(tpm, &sealed, back, &why) == XLS_OK);
    xls_tpm_close(tpm);
    xls_tpm_close(other);
}
END_TEST

/* What the keys process does: open, give up root, and be asked. */
START_TEST(it_serves_after_root_is_gone)
{
    struct xls_tpm *tpm = open_tpm("XLS_TPM_A");
    struct xls_tpm_ak ak;
    struct xls_tpm_quote q;
    struct xls_reason reason = {0};
    struct xls_why why = {""};
    int status;
    pid_t child;

    make_ak(tpm, &ak);
    child = fork();
    T(child >= 0);
    if (child == 0) {
        bool good = xls_cage_common() == XLS_OK && xls_cage_drop() == XLS_OK;

        good = good && xls_tpm_quote(tpm, 0x7ff, question, &q, &why) == XLS_OK;
        (void)fputs(why.text, stderr);
        good = good && judge(&ak, &q, 0x7ff, &reason) == XLS_OK;
        xls_tpm_close(tpm);
        _exit(good && geteuid() != 0 ? 0 : geteuid() == 0 ? 2 : 1);
    }
    T(waitpid(child, &status, 0) == child && WIFEXITED(status));
    T(WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(what_cannot_be_opened)
{
    static const char *const list[] = {"device:/dev/null/none",
                                       "swtpm:path=/none", "swtpm:port=x",
                                       "nonsense", ""};
    struct xls_tpm *tpm = NULL;

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct xls_why why = {""};
        char begin[64];

        T(xls_tpm_open(list[i], &tpm, &why) == XLS_HOST_CONF);
        (void)snprintf(begin, sizeof(begin),
                       "TPM %s: cannot be opened: ", list[i]);
        ck_assert_msg(strncmp(why.text, begin, strlen(begin)) == 0, "%s",
                      why.text);
        T(strstr(why.text, "[tpm] tcti") != NULL);
        T(tpm == NULL);
    }
}
END_TEST

/* The TPM's refusals, in words with a remedy. */
START_TEST(refusals_are_told)
{
    static const TPM2B_AUTH password = {.size = 1, .buffer = {'x'}};
    static const TPM2B_AUTH none = {.size = 0};
    static const ESYS_TR hierarchies[] = {ESYS_TR_RH_ENDORSEMENT,
                                          ESYS_TR_RH_OWNER};
    struct xls_tpm *tpm = open_tpm("XLS_TPM_B");
    uint8_t secret[XLS_TPM_SECRET] = {0};
    struct xls_tpm_sealed sealed = {.len = 7};

    for (size_t i = 0; i < T_COUNT(hierarchies); i++) {
        struct xls_why why = {""};
        enum xls_rc rc;

        T(Esys_HierarchyChangeAuth(tpm->esys, hierarchies[i], ESYS_TR_PASSWORD,
                                   ESYS_TR_NONE, ESYS_TR_NONE,
                                   &password) == TSS2_RC_SUCCESS);
        T(Esys_TR_SetAuth(tpm->esys, hierarchies[i], &none) == TSS2_RC_SUCCESS);
        rc = i == 0 ? xls_tpm_ak(tpm, seed, NULL, &why)
                    : xls_tpm_seal(tpm, secret, &sealed, &why);
        T(rc == XLS_HOST_IO && sealed.len == 7);
        ck_assert_msg(
            strstr(why.text, i == 0 ? "cannot make the attestation key"
                                    : "cannot make the storage key") != NULL &&
                strstr(why.text, "has a password") != NULL,
            "%s", why.text);
        T(Esys_TR_SetAuth(tpm->esys, hierarchies[i], &password) ==
          TSS2_RC_SUCCESS);
        T(Esys_HierarchyChangeAuth(tpm->esys, hierarchies[i], ESYS_TR_PASSWORD,
                                   ESYS_TR_NONE, ESYS_TR_NONE,
                                   &none) == TSS2_RC_SUCCESS);
    }
    xls_tpm_close(tpm);
}
END_TEST

/* How long each takes here; told, not judged. */
START_TEST(times)
{
    struct xls_tpm *tpm;
    struct xls_tpm_quote q;
    struct xls_why why = {""};
    int64_t at[4];

    at[0] = xls_now_ms();
    tpm = open_tpm("XLS_TPM_A");
    at[1] = xls_now_ms();
    make_ak(tpm, NULL);
    at[2] = xls_now_ms();
    for (unsigned i = 0; i < 10; i++) {
        T(xls_tpm_quote(tpm, 0x7ff, question, &q, &why) == XLS_OK);
    }
    at[3] = xls_now_ms();
    (void)printf("open %d ms, key %d ms, ten quotes %d ms\n",
                 (int)(at[1] - at[0]), (int)(at[2] - at[1]),
                 (int)(at[3] - at[2]));
    xls_tpm_close(tpm);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        a_key_belongs_to_its_seed,
        its_quotes_are_accepted,
        what_is_no_question,
        pcrs_that_move,
        secrets_are_sealed,
        it_serves_after_root_is_gone,
        what_cannot_be_opened,
        refusals_are_told,
        times,
    };

    return t_run("host-tpm", list, T_COUNT(list));
}
