/* SPDX-License-Identifier: LGPL-2.1-only */
/* The emulator's records: what it kept in xenstore, and its own state. */
#include <string.h>

#include "base/rd.h"
#include "xenfmt/emu_walk.h"
#include "xenfmt/libxl.h"
#include "xenstore-schema/schema.h"

#define EMULATOR_QEMU 2U
#define STRING_MAX    256U
#define REGIONS_MAX   21U /* 63 pairs */

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

/* One region of the emulator's: three pairs. */
struct region {
    const char *hex; /* what stands between the slashes of its keys */
    size_t hex_len;
    uint64_t start; /* octets */
    uint64_t size;  /* octets */
};

/* A region without a key yet has none. */
static bool hex_is(const struct region *region, const char *hex, size_t len)
{
    return region->hex != NULL && hex != NULL && region->hex_len == len &&
           memcmp(region->hex, hex, len) == 0;
}

/* [S-241] The pair that rd stands at is the one of region that holds value,
 * and [S-240] it has one. */
static enum xls_rc pair_take(struct xls_rd *rd, enum xls_schema_value holds,
                             struct region *region, uint64_t *number,
                             struct xls_finding *why)
{
    struct xls_schema_hit hit = {0};
    size_t key_len = 0;
    size_t value_len = 0;
    const char *key = string_take(rd, STRING_MAX, &key_len);
    const char *value = string_take(rd, STRING_MAX, &value_len);
    enum xls_rc rc;

    if (key == NULL || value == NULL) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-46",
                          "not pairs of strings of up to %u octets",
                          STRING_MAX);
    }
    rc = xls_schema_match(XLS_SCHEMA_STREAM, key, key_len, value, value_len,
                          &hit);
    if (rc == XLS_PEER_POLICY) {
        return xls_refuse(why, rc, "S-46", "a key that is not physmap's");
    }
    if (rc != XLS_OK) {
        return xls_refuse(why, rc, "S-240", "%s has not the value of such",
                          key); /* of the table's characters only */
    }
    if (hit.key->holds != holds ||
        (region->hex != NULL && !hex_is(region, hit.part, hit.part_len))) {
        return xls_refuse(why, XLS_PEER_ORDER, "S-241",
                          "%s is not what has to follow", key);
    }
    region->hex = hit.part;
    region->hex_len = hit.part_len;
    *number = hit.number;
    return XLS_OK;
}

/* [S-242] A region comes once; [S-243] it is within the guest. */
static enum xls_rc region_judge(const struct region *all, uint32_t at,
                                uint64_t frames, struct xls_finding *why)
{
    const struct region *new = &all[at];
    uint64_t end = frames * 4096;

    for (uint32_t i = 0; i < at; i++) {
        if (hex_is(&all[i], new->hex, new->hex_len)) {
            return xls_refuse(why, XLS_PEER_ORDER, "S-242",
                              "region %u comes again", i);
        }
    }
    if (new->start >= end || new->size > end - new->start) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-243",
                          "region %u lies beside the guest", at);
    }
    return XLS_OK;
}

/* [S-46] Regions and nothing else. */
enum xls_rc xls_rec_xenstore_judge(struct xls_libxl *ll,
                                   const struct xls_part *part,
                                   struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    struct region all[REGIONS_MAX] = {0};
    enum xls_rc rc = emulator_head(&rd, why);

    for (uint32_t at = 0; rc == XLS_OK && rd.left > 0; at++) {
        uint64_t none;

        if (at == REGIONS_MAX) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-46",
                              "more than %u regions", REGIONS_MAX);
        }
        rc = pair_take(&rd, XLS_SCHEMA_ADDRESS, &all[at], &all[at].start, why);
        if (rc == XLS_OK) {
            rc = pair_take(&rd, XLS_SCHEMA_SIZE, &all[at], &all[at].size, why);
        }
        if (rc == XLS_OK) {
            rc = pair_take(&rd, XLS_SCHEMA_REGION, &all[at], &none, why);
        }
        if (rc == XLS_OK) {
            rc = region_judge(all, at, ll->frames, why);
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
