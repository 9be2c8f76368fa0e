/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/quote.h"

#include <inttypes.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include "base/rd.h"
#include "base/secret.h"

/* A quote while it is judged; what comes from the peer begins with peer_. */
struct trial {
    const struct xls_quote *quote;
    const struct xls_ak *ak;
    const struct xls_quote_want *want;
    struct xls_reason *why;
    TPMS_ATTEST peer;                  /* from form() on */
    uint32_t peer_pcrs;                /* from selection() on */
    struct xls_quote_clock peer_clock; /* from form() on */
};

/* --- form ----------------------------------------------------------------- */

/* [E-10] to [E-12], before anything else looks at the octets. */
static enum xls_rc head(struct trial *t)
{
    struct xls_rd rd = xls_rd_over(t->quote->message, t->quote->message_len);
    uint32_t magic = xls_rd_u32be(&rd);
    uint16_t type = xls_rd_u16be(&rd);

    if (t->quote->message_len > XLS_QUOTE_MAX) {
        return xls_reason_set(t->why, XLS_PEER_RANGE, "E-10",
                              "the message is longer than %u octets",
                              XLS_QUOTE_MAX);
    }
    if (rd.rc != XLS_OK) {
        return xls_reason_set(t->why, rd.rc, "E-10",
                              "the message has only %zu octets",
                              t->quote->message_len);
    }
    if (magic != TPM2_GENERATED_VALUE) {
        (void)xls_reason_set(t->why, XLS_PEER_RANGE, "E-11",
                             "no TPM made this message: its magic is another");
        xls_reason_expected(t->why, "0x%08" PRIx32, TPM2_GENERATED_VALUE);
        xls_reason_seen(t->why, "0x%08" PRIx32, magic);
        return XLS_PEER_RANGE;
    }
    if (type != TPM2_ST_ATTEST_QUOTE) {
        (void)xls_reason_set(t->why, XLS_PEER_RANGE, "E-12",
                             "the message attests something else, and is no "
                             "quote");
        xls_reason_expected(t->why, "0x%04x", TPM2_ST_ATTEST_QUOTE);
        xls_reason_seen(t->why, "0x%04x", type);
        return XLS_PEER_RANGE;
    }
    return XLS_OK;
}

/* [E-13] One TPMS_ATTEST, and nothing behind it. */
static enum xls_rc form(struct trial *t)
{
    const TPMS_CLOCK_INFO *clock = &t->peer.clockInfo;
    size_t used = 0;

    if (Tss2_MU_TPMS_ATTEST_Unmarshal(t->quote->message, t->quote->message_len,
                                      &used, &t->peer) != TSS2_RC_SUCCESS) {
        return xls_reason_set(t->why, XLS_PEER_SHORT, "E-13",
                              "the message is no TPMS_ATTEST");
    }
    if (used != t->quote->message_len) {
        return xls_reason_set(t->why, XLS_PEER_TRAIL, "E-13",
                              "%zu octets follow the message",
                              t->quote->message_len - used);
    }
    if (clock->safe != TPM2_YES && clock->safe != TPM2_NO) {
        return xls_reason_set(t->why, XLS_PEER_RANGE, "E-13",
                              "safe is %u, neither yes nor no", clock->safe);
    }
    t->peer_clock =
        (struct xls_quote_clock){clock->clock, clock->resetCount,
                                 clock->restartCount, clock->safe == TPM2_YES};
    return XLS_OK;
}

/* [E-14] The limits of a selection, whatever tpm2-tss thinks of them. */
static enum xls_rc banks(struct trial *t)
{
    const TPML_PCR_SELECTION *list = &t->peer.attested.quote.pcrSelect;

    if (list->count > TPM2_NUM_PCR_BANKS) {
        return xls_reason_set(t->why, XLS_PEER_RANGE, "E-14",
                              "%" PRIu32 " banks are selected", list->count);
    }
    for (uint32_t i = 0; i < list->count; i++) {
        const TPMS_PCR_SELECTION *bank = &list->pcrSelections[i];

        if (bank->sizeofSelect > TPM2_PCR_SELECT_MAX) {
            return xls_reason_set(t->why, XLS_PEER_RANGE, "E-14",
                                  "a bank is selected with %u octets",
                                  bank->sizeofSelect);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (list->pcrSelections[k].hash == bank->hash) {
                return xls_reason_set(t->why, XLS_PEER_RANGE, "E-14",
                                      "bank 0x%04x is selected twice",
                                      bank->hash);
            }
        }
    }
    return XLS_OK;
}

/* --- who and what for ----------------------------------------------------- */

/* The same octets, in a time that depends on the length alone? */
static bool equal(const void *want, size_t want_len, const void *seen,
                  size_t seen_len)
{
    return want_len == seen_len && xls_same(want, seen, want_len) == XLS_OK;
}

/* [E-15] The key's qualified name: which key, under which parents. */
static enum xls_rc signer(struct trial *t)
{
    const struct xls_quote_want *want = t->want;
    const TPM2B_NAME *name = &t->peer.qualifiedSigner;

    if (want->signer == NULL ||
        equal(want->signer, want->signer_len, name->name, name->size)) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_AUTH, "E-15",
                         "the signer's qualified name is not that of the "
                         "enrolled key");
    xls_reason_octets(t->why, want->signer, want->signer_len, name->name,
                      name->size);
    return XLS_PEER_AUTH;
}

/* [E-16] to [E-18] */
static enum xls_rc signature(struct trial *t)
{
    const struct xls_quote *q = t->quote;

    return xls_ak_verify(t->ak, q->signature, q->signature_len, q->message,
                         q->message_len, t->why);
}

/* [E-19] All of it; an empty one is never enough, see xls_quote_check(). */
static enum xls_rc qualification(struct trial *t)
{
    const struct xls_quote_want *want = t->want;
    const TPM2B_DATA *data = &t->peer.extraData;

    if (equal(want->qualification, want->qualification_len, data->buffer,
              data->size)) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_AUTH, "E-19",
                         "the quote answers another question: extraData is not "
                         "the qualification");
    xls_reason_octets(t->why, want->qualification, want->qualification_len,
                      data->buffer, data->size);
    return XLS_PEER_AUTH;
}

/* --- which PCRs, and what is in them -------------------------------------- */

/* [E-20] What was signed is what is required, of the one bank. */
static enum xls_rc selection(struct trial *t)
{
    const TPML_PCR_SELECTION *list = &t->peer.attested.quote.pcrSelect;
    const TPMS_PCR_SELECTION *bank = &list->pcrSelections[0];
    char name[sizeof(t->why->seen) - 8];

    if (list->count != 1 || bank->hash != TPM2_ALG_SHA256) {
        (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-20",
                             "the quote is not of one bank, sha256");
        xls_reason_expected(t->why, "1 bank, 0x%04x", TPM2_ALG_SHA256);
        xls_reason_seen(t->why, "%" PRIu32 " bank(s), 0x%04x", list->count,
                        list->count == 0 ? 0U : bank->hash);
        return XLS_PEER_POLICY;
    }
    for (unsigned i = 0; i < bank->sizeofSelect; i++) {
        t->peer_pcrs |= (uint32_t)bank->pcrSelect[i] << 8 * i;
    }
    if (t->want->any_pcrs ? t->peer_pcrs != 0 : t->peer_pcrs == t->want->pcrs) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-20",
                         "the quote is of other PCRs than are required");
    xls_pcrs_name(name, sizeof(name), t->want->pcrs);
    xls_reason_expected(t->why, "sha256:%s", t->want->any_pcrs ? "some" : name);
    xls_pcrs_name(name, sizeof(name), t->peer_pcrs);
    xls_reason_seen(t->why, "sha256:%s", name);
    return XLS_PEER_POLICY;
}

/* [E-21] What anybody can reset says nothing about what was booted, not even
 * where it was asked for. */
static enum xls_rc boot_state(struct trial *t)
{
    uint32_t resettable = t->peer_pcrs & ~XLS_PCRS_BOOT;
    char name[64];

    if (resettable == 0) {
        return XLS_OK;
    }
    xls_pcrs_name(name, sizeof(name), resettable);
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-21",
                         "PCR %s can be reset without a boot and is no boot "
                         "state",
                         name);
    xls_reason_expected(t->why, "sha256:0-15 or some of them");
    xls_pcrs_name(name, sizeof(name), t->peer_pcrs);
    xls_reason_seen(t->why, "sha256:%s", name);
    return XLS_PEER_POLICY;
}

/* [E-22] Labels outside the signature count for nothing; they have to agree. */
static enum xls_rc values(struct trial *t)
{
    char name[sizeof(t->why->seen) - 8];

    if (t->quote->pcrs->mask == t->peer_pcrs) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-22",
                         "the values given are of other PCRs than were signed");
    xls_pcrs_name(name, sizeof(name), t->peer_pcrs);
    xls_reason_expected(t->why, "sha256:%s", name);
    xls_pcrs_name(name, sizeof(name), t->quote->pcrs->mask);
    xls_reason_seen(t->why, "sha256:%s", name);
    return XLS_PEER_POLICY;
}

/* [E-23] */
static enum xls_rc digest(struct trial *t)
{
    const TPM2B_DIGEST *seen = &t->peer.attested.quote.pcrDigest;
    uint8_t want[XLS_AK_HASH_MAX];
    size_t len = xls_pcrs_digest(t->quote->pcrs, t->ak, want);

    if (len == 0) {
        return XLS_HOST_NOMEM;
    }
    if (equal(want, len, seen->buffer, seen->size)) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_AUTH, "E-23",
                         "the values given are not those that were signed: "
                         "another pcrDigest");
    xls_reason_octets(t->why, want, len, seen->buffer, seen->size);
    return XLS_PEER_AUTH;
}

/* --- since when ----------------------------------------------------------- */

static void clock_say(struct xls_reason *why,
                      const struct xls_quote_clock *want,
                      const struct xls_quote_clock *seen)
{
    static const char format[] =
        "resetCount %" PRIu32 ", restartCount %" PRIu32 ", clock %" PRIu64;

    xls_reason_expected(why, format, want->reset_count, want->restart_count,
                        want->clock);
    xls_reason_seen(why, format, seen->reset_count, seen->restart_count,
                    seen->clock);
}

/* [E-24] */
static enum xls_rc clock_safe(struct trial *t)
{
    if (t->peer_clock.safe) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-24",
                         "the TPM was not shut down in order, and its clock is "
                         "not safe yet");
    xls_reason_expected(t->why, "safe 1");
    xls_reason_seen(t->why, "safe 0");
    return XLS_PEER_POLICY;
}

/* [E-25] Nothing runs backwards. */
static enum xls_rc clock_after_last(struct trial *t)
{
    const struct xls_quote_clock *last = t->want->last;
    const struct xls_quote_clock *now = &t->peer_clock;

    if (last == NULL || xls_quote_clock_follows(last, now)) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-25",
                         "the quote is older than the last that was accepted");
    clock_say(t->why, last, now);
    return XLS_PEER_POLICY;
}

/* [E-26] The host of the first quote still runs what it ran then. */
static enum xls_rc clock_as_first(struct trial *t)
{
    const struct xls_quote_clock *first = t->want->first;
    const struct xls_quote_clock *now = &t->peer_clock;

    if (first == NULL || (now->reset_count == first->reset_count &&
                          now->restart_count == first->restart_count &&
                          now->clock >= first->clock)) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-26",
                         "the host was reset or restarted since its first "
                         "quote");
    clock_say(t->why, first, now);
    return XLS_PEER_POLICY;
}

/* [E-27] */
static enum xls_rc firmware(struct trial *t)
{
    const uint64_t *want = t->want->firmware;

    if (want == NULL || t->peer.firmwareVersion == *want) {
        return XLS_OK;
    }
    (void)xls_reason_set(t->why, XLS_PEER_POLICY, "E-27",
                         "the TPM's firmware is another version");
    xls_reason_expected(t->why, "0x%016" PRIx64, *want);
    xls_reason_seen(t->why, "0x%016" PRIx64, t->peer.firmwareVersion);
    return XLS_PEER_POLICY;
}

/* The order of doc/EVIDENCE.md section 3. */
static enum xls_rc (*const checks[])(struct trial *t) = {
    head,           form,       banks,  signer, signature,  qualification,
    selection,      boot_state, values, digest, clock_safe, clock_after_last,
    clock_as_first, firmware,
};

/* Is there something to hold it against?  Nothing is optional by being zero. */
static bool is_question(const struct xls_quote *quote, const struct xls_ak *ak,
                        const struct xls_quote_want *want)
{
    return ak != NULL && quote->pcrs != NULL && want->qualification != NULL &&
           want->qualification_len >= 1 &&
           want->qualification_len <= XLS_QUALIFICATION_MAX &&
           want->any_pcrs == (want->pcrs == 0);
}

enum xls_rc xls_quote_check(const struct xls_quote *quote,
                            const struct xls_ak *ak,
                            const struct xls_quote_want *want,
                            struct xls_quote_facts *facts,
                            struct xls_reason *why)
{
    struct trial t = {.quote = quote, .ak = ak, .want = want, .why = why};
    enum xls_rc rc = is_question(quote, ak, want) ? XLS_OK : XLS_BUG_CONTRACT;

    for (size_t i = 0; rc == XLS_OK && i < sizeof(checks) / sizeof(checks[0]);
         i++) {
        rc = checks[i](&t); /* [E-9] the first that fails is the verdict */
    }
    if (rc == XLS_OK && facts != NULL) {
        memset(facts, 0, sizeof(*facts));
        facts->clock = t.peer_clock;
        facts->firmware = t.peer.firmwareVersion;
        facts->pcrs = *quote->pcrs;
        facts->signer_len = t.peer.qualifiedSigner.size;
        memcpy(facts->signer, t.peer.qualifiedSigner.name, facts->signer_len);
    }
    return rc;
}
