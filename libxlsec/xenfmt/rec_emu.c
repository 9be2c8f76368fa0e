/* SPDX-License-Identifier: LGPL-2.1-only */
/* The emulator's records: what it kept in xenstore, and its own state. */
#include <string.h>

#include "base/rd.h"
#include "xenfmt/emu_walk.h"
#include "xenfmt/libxl.h"

#define EMULATOR_QEMU 2U
#define PAIRS_MAX     64U
#define VALUE_MAX     256U

#define QEMU_MAGIC   0x5145564dU /* "QEVM" */
#define QEMU_VERSION 3U
#define QEMU_EOF     0U

/* [S-45] Who wrote it: QEMU, its only instance.  libxl looks at neither: if
 * the QEMU of before 2013 were let pass, so would be all that is called it. */
static enum xls_rc emulator_head(struct xls_rd *rd, struct xls_finding *why)
{
    uint32_t id = xls_rd_u32le(rd);
    uint32_t index = xls_rd_u32le(rd);

    if (rd->rc != XLS_OK || id != EMULATOR_QEMU || index != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-45",
                          "emulator %u, instance %u", id, index);
    }
    return XLS_OK;
}

/* The string that rd stands at, without its NUL, which must be there within
 * max octets; NULL otherwise, and then rd has failed. */
static const char *string_take(struct xls_rd *rd, size_t max, size_t *len)
{
    const uint8_t *at = rd->at;
    const uint8_t *nul = NULL;

    if (rd->rc == XLS_OK && rd->left > 0) {
        nul = memchr(at, 0, rd->left < max + 1 ? rd->left : max + 1);
    }
    if (nul == NULL) {
        xls_rd_range(rd, 1, 0, 0);
        return NULL;
    }
    *len = (size_t)(nul - at);
    (void)xls_rd_sub(rd, *len + 1);
    return (const char *)at;
}

/* physmap/HEX/start_addr, physmap/HEX/size or physmap/HEX/name. */
static bool key_known(const char *key, size_t len)
{
    static const char *const leaves[] = {"/start_addr", "/size", "/name"};
    size_t digits;

    if (len < 8 || memcmp(key, "physmap/", 8) != 0) {
        return false;
    }
    digits = strspn(key + 8, "0123456789abcdef");
    if (digits < 1 || digits > 16) {
        return false;
    }
    for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
        if (strcmp(key + 8 + digits, leaves[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool printable(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

/* [S-46] */
enum xls_rc xls_rec_xenstore_judge(struct xls_libxl *ll,
                                   const struct xls_part *part,
                                   struct xls_finding *why)
{
    (void)ll;
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    enum xls_rc rc = emulator_head(&rd, why);

    for (uint32_t pairs = 0; rc == XLS_OK && rd.left > 0; pairs++) {
        size_t key_len = 0;
        size_t value_len = 0;
        const char *key = string_take(&rd, VALUE_MAX, &key_len);
        const char *value = string_take(&rd, VALUE_MAX, &value_len);

        if (key == NULL || value == NULL || pairs == PAIRS_MAX) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-46",
                              "not up to %u pairs of strings of up to %u "
                              "octets",
                              PAIRS_MAX, VALUE_MAX);
        }
        if (!key_known(key, key_len) || !printable(value, value_len)) {
            return xls_refuse(why, XLS_PEER_POLICY, "S-46",
                              "pair %u is not an entry of physmap", pairs);
        }
    }
    return rc;
}

/* [S-47] QEMU's header, sections in full, and one octet that says that it is
 * over. */
static enum xls_rc state_judge(struct xls_rd rd, struct xls_emu_way *way,
                               struct xls_finding *why)
{
    uint32_t magic = xls_rd_u32be(&rd);
    uint32_t version = xls_rd_u32be(&rd);

    if (magic != QEMU_MAGIC || version != QEMU_VERSION) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-47",
                          "this is not QEMU's state");
    }
    if (rd.left < 2 || rd.at[rd.left - 1] != QEMU_EOF) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-47",
                          "not sections of QEMU's and their end");
    }
    return xls_emu_walk(rd.at, rd.left - 1, way, why);
}

enum xls_rc xls_rec_emulator_judge(struct xls_libxl *ll,
                                   const struct xls_part *part,
                                   struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    enum xls_rc rc = emulator_head(&rd, why);

    if (rc == XLS_OK) {
        rc = state_judge(rd, &ll->state, why);
    }
    ll->emulated = rc == XLS_OK;
    return rc;
}
