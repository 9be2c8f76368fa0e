/* SPDX-License-Identifier: LGPL-2.1-only */
/* The emulator's records: what it kept in xenstore, and its own state. */
#include <string.h>

#include "base/rd.h"
#include "xenfmt/libxl.h"

#define EMULATOR_TRAD 1U
#define EMULATOR_QEMU 2U
#define PAIRS_MAX     64U
#define VALUE_MAX     256U

#define QEMU_MAGIC    0x5145564dU /* "QEVM" */
#define QEMU_VERSION  3U
#define QEMU_FULL     0x04U
#define QEMU_EOF      0x00U
#define QEMU_PLATFORM 277U /* state of Xen's platform device, version 4 */

/* [S-45] Who wrote it: one of the two QEMUs, its only instance. */
static enum xls_rc emulator_head(struct xls_libxl *ll, struct xls_rd *rd,
                                 struct xls_finding *why)
{
    uint32_t id = xls_rd_u32le(rd);
    uint32_t index = xls_rd_u32le(rd);

    if (rd->rc != XLS_OK || (id != EMULATOR_TRAD && id != EMULATOR_QEMU) ||
        index != 0 || (ll->emulator != 0 && ll->emulator != id)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-45",
                          "emulator %u, instance %u", id, index);
    }
    ll->emulator = id;
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
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    enum xls_rc rc = emulator_head(ll, &rd, why);

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

/*
 * [S-47] Octets of state after the header of the section at text[at], where
 * the section is one whose size does not depend on anything; 0 for all others.
 * The platform device of Xen is in every HVM guest, and comes last unless a
 * network card or a USB controller follows it.
 */
static size_t section_size(const uint8_t *at, size_t left)
{
    static const char platform[] = "/platform";
    static const uint8_t versions[8] = {0, 0, 0, 0, 0, 0, 0, 4};
    size_t name_len = left > 6 ? at[5] : 0;
    size_t tail = sizeof(platform) - 1;

    if (at[0] != QEMU_FULL || name_len < tail || left < 6 + name_len + 8 ||
        memcmp(at + 6 + name_len - tail, platform, tail) != 0 ||
        memcmp(at + 6 + name_len, versions, sizeof(versions)) != 0) {
        return 0;
    }
    return 6 + name_len + 8 + QEMU_PLATFORM;
}

/* [S-47] QEMU's state: sections in full, then one octet that says that it is
 * over.  What is in a section is QEMU's to judge. */
static enum xls_rc state_judge(struct xls_rd rd, struct xls_finding *why)
{
    if (xls_rd_u32be(&rd) != QEMU_MAGIC || xls_rd_u32be(&rd) != QEMU_VERSION) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-47",
                          "this is not QEMU's state");
    }
    if (rd.left < 2 || rd.at[0] != QEMU_FULL ||
        rd.at[rd.left - 1] != QEMU_EOF) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-47",
                          "not sections of QEMU's and their end");
    }
    for (size_t i = 0; i < rd.left; i++) {
        size_t size = section_size(rd.at + i, rd.left - i);
        size_t end = i + size;

        if (size != 0 && (end >= rd.left ||
                          (rd.at[end] != QEMU_FULL &&
                           (rd.at[end] != QEMU_EOF || end + 1 != rd.left)))) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-47",
                              "neither a section nor the end follows the "
                              "platform device's");
        }
    }
    return XLS_OK;
}

enum xls_rc xls_rec_emulator_judge(struct xls_libxl *ll,
                                   const struct xls_part *part,
                                   struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    enum xls_rc rc = emulator_head(ll, &rd, why);

    if (rc == XLS_OK) {
        rc = state_judge(rd, why);
    }
    ll->emulated = rc == XLS_OK;
    return rc;
}
