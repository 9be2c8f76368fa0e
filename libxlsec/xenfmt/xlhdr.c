/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/xlhdr.h"

#include <stdio.h>
#include <string.h>

#include "base/rd.h"

#define MAGIC_LEN  32U
#define BYTE_ORDER 0x01020304U
#define FLAGS      3U /* the configuration is JSON; the stream is libxl's v2 */
#define OPT_MIN    (4U + 3U) /* "{}" and its NUL */
#define OPT_MAX    (4U + (uint32_t)XLS_CONFIG_MAX + 1U)

/* [S-10] The literal's own NUL is the 32nd octet's neighbour, not part. */
static const char magic[MAGIC_LEN + 1] = "Xen saved domain, xl format\n \0 \r";

void xls_xlhdr_init(struct xls_xlhdr *xh)
{
    *xh = (struct xls_xlhdr){0};
}

/* S-10 to S-14. */
static enum xls_rc header_judge(const uint8_t *buf, size_t len,
                                struct xls_want *want, struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(buf, len);
    char got[MAGIC_LEN];
    uint32_t order;
    uint32_t mandatory;
    uint32_t optional;
    uint32_t opt_len;

    xls_rd_copy(&rd, got, sizeof(got));
    order = xls_rd_u32le(&rd);
    mandatory = xls_rd_u32le(&rd);
    optional = xls_rd_u32le(&rd);
    opt_len = xls_rd_u32le(&rd);
    if (xls_rd_end(&rd) != XLS_OK) {
        return XLS_BUG_CONTRACT;
    }
    if (memcmp(got, magic, MAGIC_LEN) != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-10",
                          "this is not a file of xl's");
    }
    if (order != BYTE_ORDER) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-11",
                          "the byte order is not x86's");
    }
    if (mandatory != FLAGS) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-12",
                          "mandatory flags 0x%08x are not 3: a JSON "
                          "configuration and a version 2 stream",
                          mandatory);
    }
    if (optional != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-13",
                          "optional flags 0x%08x are not zero", optional);
    }
    if (opt_len < OPT_MIN || opt_len > OPT_MAX) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-14",
                          "%u octets of optional data are not within %u..%u",
                          opt_len, OPT_MIN, OPT_MAX);
    }
    want->next = opt_len;
    return XLS_OK;
}

/* S-15, S-16, and the configuration's own rules. */
static enum xls_rc optional_judge(struct xls_xlhdr *xh, const uint8_t *buf,
                                  size_t len, struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(buf, len);
    uint32_t config_len = xls_rd_u32le(&rd);

    if (rd.rc != XLS_OK || config_len != rd.left || rd.left == 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-15",
                          "a configuration of %u octets does not fill %zu of "
                          "optional data",
                          config_len, len);
    }
    if (memchr(rd.at, 0, rd.left) != rd.at + rd.left - 1) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-16",
                          "the configuration is not one text that ends with "
                          "its only NUL");
    }
    return xls_config_judge((const char *)rd.at, rd.left - 1, &xh->config,
                            &xh->text, why);
}

enum xls_rc xls_xlhdr_step(struct xls_xlhdr *xh, const uint8_t *buf, size_t len,
                           struct xls_want *want, struct xls_finding *why)
{
    enum xls_rc rc;

    *want = (struct xls_want){0};
    if (!xh->headed) {
        (void)snprintf(why->record, sizeof(why->record), "xl header");
        rc = header_judge(buf, len, want, why);
        xh->headed = rc == XLS_OK;
    } else {
        (void)snprintf(why->record, sizeof(why->record), "CONFIG");
        rc = optional_judge(xh, buf, len, why);
        want->done = rc == XLS_OK;
    }
    return rc;
}
