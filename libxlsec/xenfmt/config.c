/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xenfmt/cfgjudge.h"
#include "xenfmt/json.h"

#define MEMKB_MAX ((uint64_t)1 << 42) /* [S-28] 4 PiB */
#define VCPUS_MAX 8192U               /* [S-29] XEN_LEGACY_MAX_VCPUS and PV */

static const struct {
    const char *word;
    const char *member; /* of b_info: the settings of this type */
    enum xls_guest_type type;
} types[] = {
    {"pv", "type.pv", XLS_GUEST_PV},
    {"hvm", "type.hvm", XLS_GUEST_HVM},
    {"pvh", "type.pvh", XLS_GUEST_PVH},
};
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

/* The member of an object that is of the type asked for; NULL otherwise. */
static struct json_object *member(struct json_object *in, const char *name,
                                  enum json_type type)
{
    struct json_object *got = NULL;

    if (!json_object_object_get_ex(in, name, &got) ||
        !json_object_is_type(got, type)) {
        return NULL;
    }
    return got;
}

/* [S-25] */
static enum xls_rc name_judge(struct json_object *c_info,
                              struct xls_config_facts *facts,
                              struct xls_finding *why)
{
    struct json_object *node = member(c_info, "name", json_type_string);
    const char *name = node == NULL ? "" : json_object_get_string(node);
    size_t len = strlen(name);
    bool sane = len >= 1 && len < sizeof(facts->name);

    for (size_t i = 0; sane && i < len; i++) {
        sane = name[i] >= 0x20 && name[i] <= 0x7e && name[i] != '/';
    }
    if (!sane) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-25",
                          "c_info.name is not 1..255 printable ASCII "
                          "characters without slashes");
    }
    memcpy(facts->name, name, len + 1);
    return XLS_OK;
}

/* [S-26] The type, and that the settings are those of this type. */
static enum xls_rc type_judge(struct json_object *c_info,
                              struct json_object *b_info,
                              struct xls_config_facts *facts,
                              struct xls_finding *why)
{
    struct json_object *node = member(c_info, "type", json_type_string);

    for (size_t i = 0; node != NULL && i < TYPE_COUNT; i++) {
        if (strcmp(json_object_get_string(node), types[i].word) == 0) {
            facts->type = types[i].type;
        }
    }
    if (facts->type == XLS_GUEST_ANY) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-26",
                          "c_info.type is not pv, hvm or pvh");
    }
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (types[i].type != facts->type &&
            json_object_object_get_ex(b_info, types[i].member, NULL)) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-26",
                              "b_info has settings of another type, %s",
                              types[i].member);
        }
    }
    return XLS_OK;
}

/* The value of a hexadecimal digit, or -1. */
static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

/* 16 octets from text of the form 8-4-4-4-12; false when it is not that. */
static bool uuid_read(const char *text, uint8_t out[16])
{
    size_t digits = 0;

    if (strlen(text) != 36) {
        return false;
    }
    for (size_t i = 0; i < 36; i++) {
        int value = hex_value(text[i]);

        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-') {
                return false;
            }
            continue;
        }
        if (value < 0) {
            return false;
        }
        out[digits / 2] = (uint8_t)(out[digits / 2] << 4 | value);
        digits++;
    }
    return true;
}

/* [S-27] Absent or well formed. */
static enum xls_rc uuid_judge(struct json_object *c_info,
                              struct xls_config_facts *facts,
                              struct xls_finding *why)
{
    struct json_object *node = NULL;

    if (!json_object_object_get_ex(c_info, "uuid", &node)) {
        return XLS_OK;
    }
    if (!json_object_is_type(node, json_type_string) ||
        !uuid_read(json_object_get_string(node), facts->uuid)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-27",
                          "c_info.uuid is not a UUID");
    }
    return XLS_OK;
}

/* The number that name has in b_info, or absent where there is none; false
 * when there is one and it is not within lo..hi. */
static bool number_read(struct json_object *b_info, const char *name,
                        uint64_t lo, uint64_t hi, uint64_t absent,
                        uint64_t *out)
{
    struct json_object *node = NULL;

    *out = absent;
    if (json_object_object_get_ex(b_info, name, &node)) {
        if (!json_object_is_type(node, json_type_int) ||
            json_object_get_int64(node) < 0) {
            return false;
        }
        *out = json_object_get_uint64(node);
    }
    return *out >= lo && *out <= hi;
}

/* [S-28] [S-29] */
static enum xls_rc size_judge(struct json_object *b_info,
                              struct xls_config_facts *facts,
                              struct xls_finding *why)
{
    uint64_t vcpus;

    if (!number_read(b_info, "max_memkb", 1, MEMKB_MAX, 0, &facts->max_memkb) ||
        !number_read(b_info, "target_memkb", 0, facts->max_memkb,
                     facts->max_memkb, &facts->target_memkb)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-28",
                          "b_info.max_memkb is not within 1..%llu, or "
                          "target_memkb not within that",
                          (unsigned long long)MEMKB_MAX);
    }
    if (!number_read(b_info, "max_vcpus", 1, VCPUS_MAX, 1, &vcpus)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-29",
                          "b_info.max_vcpus is not within 1..%u", VCPUS_MAX);
    }
    facts->max_vcpus = (uint32_t)vcpus;
    return XLS_OK;
}

static enum xls_rc tree_judge(struct json_object *tree,
                              struct xls_config_facts *facts,
                              struct xls_finding *why)
{
    struct json_object *c_info = member(tree, "c_info", json_type_object);
    struct json_object *b_info = member(tree, "b_info", json_type_object);
    enum xls_rc rc;

    if (c_info == NULL || b_info == NULL) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-25",
                          "c_info and b_info are not both there");
    }
    rc = name_judge(c_info, facts, why);
    if (rc == XLS_OK) {
        rc = type_judge(c_info, b_info, facts, why);
    }
    if (rc == XLS_OK) {
        rc = uuid_judge(c_info, facts, why);
    }
    return rc != XLS_OK ? rc : size_judge(b_info, facts, why);
}

/* The first thing that is wrong is the reason. */
static bool tell_first(void *ctx, const struct xls_cfg_found *found)
{
    (void)!xls_refuse(ctx, XLS_PEER_RANGE, found->rule, "%s %s", found->path,
                      found->text);
    return false;
}

/* [S-31] to [S-36]: known members, of the right kind. */
static enum xls_rc members_judge(struct json_object *tree,
                                 struct xls_finding *why)
{
    struct xls_finding own = {0};

    return xls_cfg_judge(tree, false, NULL, tell_first,
                         why == NULL ? &own : why)
               ? XLS_OK
               : XLS_PEER_RANGE;
}

enum xls_rc xls_config_judge(const char *text, size_t len,
                             struct xls_config_facts *facts, char **out,
                             struct xls_finding *why)
{
    struct xls_config_facts got = {0};
    struct json_object *tree = NULL;
    const char *own = NULL;
    char *copy = NULL;
    enum xls_rc rc = xls_json_parse(text, len, &tree, why);

    if (rc == XLS_OK) {
        rc = tree_judge(tree, &got, why);
    }
    if (rc == XLS_OK) {
        rc = members_judge(tree, why);
    }
    if (rc == XLS_OK && out != NULL) {
        own = json_object_to_json_string_ext(
            tree, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
        copy = own == NULL ? NULL : strdup(own);
        if (copy == NULL) {
            rc = xls_refuse(why, XLS_HOST_NOMEM, "S-20", "out of memory");
        }
    }
    json_object_put(tree);
    if (why != NULL && rc != XLS_OK) {
        (void)snprintf(why->record, sizeof(why->record), "CONFIG");
    }
    if (rc == XLS_OK && facts != NULL) {
        *facts = got;
    }
    if (rc == XLS_OK && out != NULL) {
        *out = copy;
    }
    return rc;
}

enum xls_rc xls_config_permit(const char *text, size_t len,
                              const struct xls_cfg_policy *policy,
                              xls_cfg_tell *tell, void *ctx,
                              struct xls_finding *why)
{
    struct xls_config_facts facts = {0};
    struct json_object *tree = NULL;
    enum xls_rc rc = xls_json_parse(text, len, &tree, why);

    if (rc == XLS_OK) {
        rc = tree_judge(tree, &facts, why);
        if (!xls_cfg_judge(tree, true, policy, tell, ctx) && rc == XLS_OK) {
            rc = XLS_PEER_POLICY;
        }
    }
    json_object_put(tree);
    return rc;
}
