/* SPDX-License-Identifier: LGPL-2.1-only */
/* The driver: limits, truncation, damage, the public interface. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "xenfmt-build.h"
#include "xlsec/check.h"

static const enum xls_guest_type types[] = {XLS_GUEST_PV, XLS_GUEST_HVM,
                                            XLS_GUEST_PVH};

/* [S-30] */
START_TEST(limits_bound_the_configuration)
{
    struct xb xb = xb_new(XLS_FMT_XL, XLS_GUEST_PVH, 3);

    xb_accept(&xb);
    xb.limits.max_pages = XB_PAGES - 1;
    xb_refuse(&xb, "S-30");
    xb.limits.max_pages = XB_PAGES;
    xb.limits.max_vcpus = 1;
    xb_refuse(&xb, "S-30");
    xb.limits.max_vcpus = 2;
    xb.limits.type = XLS_GUEST_HVM;
    xb_refuse(&xb, "S-30");
    xb_free(&xb);

    /* The configuration's type against the stream's: [S-51]. */
    xb = xb_new(XLS_FMT_XL, XLS_GUEST_PVH, 3);
    xb.limits.type = XLS_GUEST_ANY;
    xb_poke32(xb_find(&xb, "domain", 0), 0, 1);
    xb_refuse(&xb, "S-51");
    xb_free(&xb);
}
END_TEST

START_TEST(contracts)
{
    static const struct xls_guard_limits good = {1, 1, XLS_GUEST_ANY};
    struct xls_guard_limits bad = good;
    struct xls_guard *g = NULL;

    T(xls_guard_new((enum xls_fmt)0, &good, &g) == XLS_BUG_CONTRACT);
    T(xls_guard_new((enum xls_fmt)4, &good, &g) == XLS_BUG_CONTRACT);
    bad.max_pages = 0;
    T(xls_guard_new(XLS_FMT_XL, &bad, &g) == XLS_BUG_CONTRACT);
    bad = good;
    bad.max_vcpus = 0;
    T(xls_guard_new(XLS_FMT_XL, &bad, &g) == XLS_BUG_CONTRACT);
    T(g == NULL);
    xls_guard_free(NULL);
}
END_TEST

/* [S-4] Cut anywhere, a stream is not complete; and says what it lacks. */
START_TEST(truncation_anywhere)
{
    for (size_t i = 0; i < T_COUNT(types); i++) {
        struct xb xb = xb_new(XLS_FMT_XL, types[i], 3);
        struct xls_finding why;
        size_t len;
        size_t got;
        uint8_t *bytes = xb_bytes(&xb, &len);

        for (size_t n = 0; n < len;
             n += (n < 3000 || len - n < 3000 ? 1 : 97) * t_stride(61)) {
            T(xb_run(xb.fmt, &xb.limits, bytes, n, 4096, &why, NULL, &got) ==
              XLS_PEER_SHORT);
            T(strcmp(why.rule, "S-4") == 0 && got <= n && why.offset <= n);
        }
        free(bytes);
        xb_free(&xb);
    }
}
END_TEST

/* Any octet changed: judged without harm, and the same however it is fed;
 * xb_run() looks that refusal is final [S-1]. */
START_TEST(damage_anywhere)
{
    for (size_t i = 0; i < T_COUNT(types); i++) {
        struct xb xb = xb_new(XLS_FMT_XL, types[i], 3);
        struct xls_finding why;
        struct xls_finding again;
        size_t len;
        size_t got;
        uint8_t *bytes = xb_bytes(&xb, &len);

        for (size_t n = 0; n < len; n += (n < 4000 ? 1 : 61) * t_stride(61)) {
            uint8_t was = bytes[n];
            enum xls_rc rc;

            bytes[n] ^= (uint8_t)(1U << n % 8);
            rc = xb_run(xb.fmt, &xb.limits, bytes, len, len, &why, NULL, &got);
            T(rc == XLS_OK || xls_rc_is_peer(rc));
            T(rc == XLS_OK || why.rule[0] == 'S');
            T(xb_run(xb.fmt, &xb.limits, bytes, len, 1000, &again, NULL,
                     &got) == rc);
            T(memcmp(&why, &again, sizeof(why)) == 0);
            bytes[n] = was;
        }
        free(bytes);
        xb_free(&xb);
    }
}
END_TEST

START_TEST(facts_of_a_stream)
{
    struct xb xb = xb_new(XLS_FMT_XL, XLS_GUEST_HVM, 3);
    struct xls_guard_facts facts;
    size_t len;
    size_t got;
    uint8_t *bytes = xb_bytes(&xb, &len);

    T(xb_run(xb.fmt, &xb.limits, bytes, len, len, NULL, &facts, &got) ==
      XLS_OK);
    T(facts.type == XLS_GUEST_HVM && facts.libxc_version == 3);
    T(facts.xen_major == 4 && facts.xen_minor == 17 && facts.vcpus == 1);
    T(facts.passes == 1 && facts.pages == 9 && facts.pfns == XB_P2M);
    T(facts.bytes == len && facts.p2m_size == XB_P2M && facts.has_config);
    T(facts.records == 1 + 10 + 3 && strcmp(facts.config.name, "g") == 0);
    T(strcmp(facts.phase, "end") == 0);
    free(bytes);
    xb_free(&xb);
}
END_TEST

START_TEST(our_own_text_is_at_hand)
{
    struct xb xb = xb_new(XLS_FMT_XL, XLS_GUEST_PVH, 3);
    struct xls_guard *g = NULL;
    size_t len;
    uint8_t *bytes = xb_bytes(&xb, &len);
    const uint8_t *in = bytes;
    const uint8_t *out;
    size_t left = len;
    size_t out_len;

    T(xls_guard_new(xb.fmt, &xb.limits, &g) == XLS_OK);
    T(xls_guard_config_text(g) == NULL);
    while (left > 0) {
        T(xls_guard_step(g, &in, &left, &out, &out_len) == XLS_OK);
    }
    T(strncmp(xls_guard_config_text(g), "{\"c_info\":{", 11) == 0);
    xls_guard_free(g);
    free(bytes);
    xb_free(&xb);
}
END_TEST

START_TEST(public_interface)
{
    struct xlsec_check_limits small = {.max_memory_kib = 8192};
    struct xb xb = xb_new(XLS_FMT_XL, XLS_GUEST_PV, 3);
    struct xlsec_check_finding why;
    struct xlsec_check_facts facts;
    size_t len;
    uint8_t *bytes = xb_bytes(&xb, &len);
    struct xlsec_check *check = xlsec_check_new(XLSEC_CHECK_XL, NULL);

    T(check != NULL);
    T(xlsec_check_feed(check, bytes, 100) == XLSEC_CHECK_ACCEPTED);
    T(xlsec_check_feed(check, bytes + 100, len - 100) == XLSEC_CHECK_ACCEPTED);
    T(xlsec_check_feed(check, NULL, 0) == XLSEC_CHECK_ACCEPTED);
    T(xlsec_check_end(check) == XLSEC_CHECK_ACCEPTED);
    xlsec_check_facts(check, &facts);
    T(strcmp(facts.type, "pv") == 0 && strcmp(facts.name, "g") == 0);
    T(facts.vcpus == 2 && facts.max_vcpus == 2 && facts.bytes == len);
    xlsec_check_free(check);

    check = xlsec_check_new(XLSEC_CHECK_XL, &small);
    T(xlsec_check_feed(check, bytes, len) == XLSEC_CHECK_REFUSED);
    T(xlsec_check_feed(check, bytes, len) == XLSEC_CHECK_REFUSED);
    T(xlsec_check_end(check) == XLSEC_CHECK_REFUSED);
    xlsec_check_finding(check, &why);
    T(strcmp(why.rule, "S-30") == 0 && strcmp(why.record, "CONFIG") == 0);
    T(why.offset == 48);
    xlsec_check_free(check);
    T(xlsec_check_new((enum xlsec_check_format)9, NULL) == NULL);
    T(xlsec_check_feed(NULL, bytes, len) == XLSEC_CHECK_FAILED);
    T(xlsec_check_end(NULL) == XLSEC_CHECK_FAILED);
    xlsec_check_free(NULL);
    free(bytes);
    xb_free(&xb);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        limits_bound_the_configuration,
        contracts,
        truncation_anywhere,
        damage_anywhere,
        facts_of_a_stream,
        our_own_text_is_at_hand,
        public_interface,
    };

    return t_run("xenfmt-guard", list, T_COUNT(list));
}
