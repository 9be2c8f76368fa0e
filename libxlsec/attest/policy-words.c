/* SPDX-License-Identifier: LGPL-2.1-only */
#include <string.h>

#include "attest/extend.h"
#include "attest/hex.h"
#include "attest/policy-reader.h"

static const uint8_t starts[POLICY_STARTS] = {0, 3, 4};

/* The only one; NULL when there are others, or none. */
static char *field_alone(char *at)
{
    char *text = xls_policy_field(&at);

    return *at == '\0' ? text : NULL;
}

bool xls_policy_name_ok(const char *name)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    size_t len = name == NULL ? 0 : strlen(name);

    return len > 0 && len < XLS_POLICY_NAME && strspn(name, good) == len &&
           strchr(".-_", name[0]) == NULL;
}

/* A decimal number of 1 to max without zeros before it; 0 when it is none. */
static uint32_t number(const char *text, uint32_t max)
{
    uint64_t n = 0;

    if (text == NULL || strlen(text) > 10 || text[0] == '0' ||
        strspn(text, "0123456789") != strlen(text)) {
        return 0;
    }
    for (; *text != '\0'; text++) {
        n = n * 10 + (uint64_t)(*text - '0');
    }
    return n <= max ? (uint32_t)n : 0;
}

/* A PCR of 0 to 15; XLS_POLICY_PCRS when it is none. */
static unsigned pcr_number(const char *text)
{
    if (text != NULL && strcmp(text, "0") == 0) {
        return 0;
    }
    unsigned n = number(text, XLS_POLICY_PCRS - 1);
    return n == 0 ? XLS_POLICY_PCRS : n;
}

/* 64 digits, to octets in their place; NULL when they are not that. */
static const uint8_t *digest(char *text)
{
    return text != NULL && strlen(text) == 2 * (size_t)XLS_PCR_LEN &&
                   xls_hex_read(text, 2 * (size_t)XLS_PCR_LEN, (uint8_t *)text)
               ? (const uint8_t *)text
               : NULL;
}

/* --- the head ([E-81]) */

static bool take_magic(struct policy_reader *r, char *at)
{
    char *text = field_alone(at);

    r->place = IN_NAME;
    return text != NULL && strcmp(text, "1") == 0;
}

static bool take_name(struct policy_reader *r, char *at)
{
    r->place = IN_VERSION;
    r->p->name = field_alone(at);
    return xls_policy_name_ok(r->p->name);
}

static bool take_version(struct policy_reader *r, char *at)
{
    r->place = IN_TOP;
    r->p->version = number(field_alone(at), UINT32_MAX);
    return r->p->version != 0;
}

/* --- a class */

static bool take_class(struct policy_reader *r, char *at)
{
    struct xls_policy *p = r->p;
    const char *name = field_alone(at);

    xls_policy_class_close(r);
    r->place = IN_CLASS;
    if (!xls_policy_name_ok(name)) {
        return false;
    }
    for (size_t i = 0; i < p->class_count; i++) {
        if (strcmp(p->classes[i].name, name) == 0) {
            return xls_policy_refuse(r, XLS_PEER_RANGE, r->line, "E-83",
                                     "class %s is there already, in line %u",
                                     name, p->classes[i].line);
        }
    }
    if (p->class_count == XLS_POLICY_CLASSES) {
        return xls_policy_refuse(r, XLS_PEER_RANGE, r->line, "E-83",
                                 "more than 64 classes");
    }
    r->class = &p->classes[p->class_count++];
    r->class->name = name;
    r->class->line = r->line;
    r->class->sets = p->sets + r->sets;
    return true;
}

static bool twice(struct policy_reader *r, const char *rule, const char *what)
{
    return xls_policy_refuse(r, XLS_PEER_RANGE, r->line, rule,
                             "a second line '%s'; remove one", what);
}

static bool take_evidence(struct policy_reader *r, char *at)
{
    const char *text = field_alone(at);

    if (r->class->kind != XLS_EVIDENCE_NONE) {
        return twice(r, "E-83", "evidence");
    }
    if (text != NULL && strcmp(text, "tpm") == 0) {
        r->class->kind = XLS_EVIDENCE_TPM;
    } else if (text != NULL && strcmp(text, "software") == 0) {
        r->class->kind = XLS_EVIDENCE_SOFTWARE;
    }
    return r->class->kind != XLS_EVIDENCE_NONE;
}

static bool take_pcrs(struct policy_reader *r, char *at)
{
    const char *text = field_alone(at);

    if (r->class->pcrs != 0) {
        return twice(r, "E-83", "pcrs");
    }
    r->class->pcrs = text == NULL ? 0 : xls_pcrs_mask(text);
    return r->class->pcrs != 0 && (r->class->pcrs & ~XLS_PCRS_BOOT) == 0;
}

/* [E-84] */
static bool take_firmware(struct policy_reader *r, char *at)
{
    char *text = field_alone(at);
    uint8_t octets[8];

    if (r->class->has_firmware) {
        return twice(r, "E-84", "firmware");
    }
    if (text == NULL || strlen(text) != 2 * sizeof(octets) ||
        !xls_hex_read(text, 2 * sizeof(octets), octets)) {
        return false;
    }
    r->class->has_firmware = true;
    for (size_t i = 0; i < sizeof(octets); i++) {
        r->class->firmware = r->class->firmware << 8 | octets[i];
    }
    return true;
}

/* --- a set ([E-85]) */

static bool take_set(struct policy_reader *r, char *at)
{
    struct xls_policy_class *class = r->class;
    const char *name = field_alone(at);

    xls_policy_set_close(r);
    r->place = IN_SET;
    if (!xls_policy_name_ok(name)) {
        return false;
    }
    for (size_t i = 0; i < class->set_count; i++) {
        if (strcmp(class->sets[i].name, name) == 0) {
            return xls_policy_refuse(
                r, XLS_PEER_RANGE, r->line, "E-85",
                "set %s of class %s is there already, in line %u", name,
                class->name, class->sets[i].line);
        }
    }
    if (class->set_count == XLS_POLICY_SETS) {
        return xls_policy_refuse(r, XLS_PEER_RANGE, r->line, "E-85",
                                 "more than 64 sets in class %s", class->name);
    }
    r->set = &class->sets[class->set_count++];
    r->sets++;
    *r->set = (struct policy_set){.name = name,
                                  .line = r->line,
                                  .events = r->p->events + r->events,
                                  .files = r->p->files + r->files};
    r->given = r->replayed = 0;
    memset(r->replay, 0, sizeof(r->replay));
    for (size_t i = 0; i < POLICY_STARTS; i++) {
        r->replay[i][0][XLS_PCR_LEN - 1] = starts[i];
    }
    return xls_policy_class_complete(r);
}

/* [E-86] */
static bool take_pcr(struct policy_reader *r, char *at)
{
    unsigned n = pcr_number(xls_policy_field(&at));
    char *text = field_alone(at);

    if (n >= XLS_POLICY_PCRS || text == NULL) {
        return false;
    }
    if ((r->class->pcrs >> n & 1) == 0) {
        return xls_policy_refuse(r, XLS_PEER_RANGE, r->line, "E-86",
                                 "PCR %u is not among the 'pcrs' of class %s",
                                 n, r->class->name);
    }
    if ((r->given >> n & 1) != 0) {
        return xls_policy_refuse(r, XLS_PEER_RANGE, r->line, "E-86",
                                 "a second line of PCR %u in set %s", n,
                                 r->set->name);
    }
    if (n == XLS_IMA_PCR && r->set->file_count > 0) {
        return xls_policy_refuse(
            r, XLS_PEER_RANGE, r->line, "E-88",
            "PCR 10 by a value and by 'ima' lines in set %s", r->set->name);
    }
    r->given |= UINT32_C(1) << n;
    if (strcmp(text, "any") == 0) {
        r->set->any |= UINT32_C(1) << n;
        return true;
    }
    r->set->value[n] = digest(text);
    return r->set->value[n] != NULL;
}

/* [E-87] */
static bool take_event(struct policy_reader *r, char *at)
{
    unsigned n = pcr_number(xls_policy_field(&at));
    const uint8_t *octets = digest(xls_policy_field(&at));
    struct policy_event *event = &r->set->events[r->set->event_count];

    if (n >= XLS_POLICY_PCRS || octets == NULL || *at == '\0') {
        return false;
    }
    if (r->set->event_count == XLS_POLICY_EVENTS) {
        return xls_policy_refuse(r, XLS_PEER_RANGE, r->line, "E-87",
                                 "more than 4096 events in set %s",
                                 r->set->name);
    }
    *event = (struct policy_event){octets, at, n};
    r->set->event_count++;
    r->events++;
    r->replayed |= UINT32_C(1) << n;
    for (size_t i = 0; i < POLICY_STARTS; i++) {
        xls_pcr_extend(r->replay[i][n], octets);
    }
    return true;
}

/* A path with '\xHH' for octets, in its place; false when it is none. */
static bool path_read(char *text)
{
    char *to = text;
    uint8_t octet;

    if (text == NULL) {
        return false;
    }
    for (; *text != '\0'; text++, to++) {
        if (*text != '\\') {
            *to = *text;
            continue;
        }
        if (text[1] != 'x' || text[2] == '\0' ||
            !xls_hex_read(text + 2, 2, &octet) || octet == 0) {
            return false;
        }
        *to = (char)octet;
        text += 3;
    }
    *to = '\0';
    return true;
}

/* [E-88] */
static bool take_ima(struct policy_reader *r, char *at)
{
    static const struct {
        const char *name;
        size_t len;
    } algs[] = {{"sha256", 32}, {"sha384", 48}, {"sha512", 64}};
    char *text = xls_policy_field(&at);
    char *path = field_alone(at);
    char *hex = text == NULL ? NULL : strchr(text, ':');
    size_t len = 0;

    if (hex == NULL) {
        return false;
    }
    *hex++ = '\0';
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        len = strcmp(text, algs[i].name) == 0 ? algs[i].len : len;
    }
    if (len == 0 || strlen(hex) != 2 * len ||
        !xls_hex_read(hex, 2 * len, (uint8_t *)hex) || !path_read(path) ||
        strlen(path) >= XLS_IMA_PATH_MAX) {
        return false;
    }
    if ((r->class->pcrs >> XLS_IMA_PCR & 1) == 0 ||
        (r->given >> XLS_IMA_PCR & 1) != 0) {
        return xls_policy_refuse(
            r, XLS_PEER_RANGE, r->line, "E-88",
            "'ima' lines are for PCR 10 alone, which has to be among "
            "'pcrs' and have no 'pcr' line");
    }
    r->set->files[r->set->file_count++] =
        (struct policy_file){path, (const uint8_t *)hex, len, r->line};
    r->files++;
    return true;
}

/* --- all of them */

static const struct policy_word words[] = {
    {"xlsec-policy", IN_START, take_magic, "E-81", "'xlsec-policy 1'"},
    {"name", IN_NAME, take_name, "E-81",
     "'name NAME' (letters, digits, '.', '-', '_'; 63 at most)"},
    {"version", IN_VERSION, take_version, "E-81",
     "'version N', from 1 to 4294967295"},
    {"class", IN_TOP | IN_CLASS | IN_SET, take_class, "E-83",
     "'class NAME' (letters, digits, '.', '-', '_'; 63 at most)"},
    {"evidence", IN_CLASS, take_evidence, "E-83",
     "'evidence tpm' or 'evidence software'"},
    {"pcrs", IN_CLASS, take_pcrs, "E-83", "'pcrs LIST', such as 0-9,14"},
    {"firmware", IN_CLASS, take_firmware, "E-84", "'firmware HEX', 16 digits"},
    {"set", IN_CLASS | IN_SET, take_set, "E-85",
     "'set NAME' (letters, digits, '.', '-', '_'; 63 at most)"},
    {"pcr", IN_SET, take_pcr, "E-86",
     "'pcr N HEX' (0 to 15, 64 digits) or 'pcr N any'"},
    {"event", IN_SET, take_event, "E-87",
     "'event N HEX WORDS' (0 to 15, 64 digits)"},
    {"ima", IN_SET, take_ima, "E-88",
     "'ima sha256:HEX PATH' (or sha384, sha512; '\\xHH' for a blank)"},
};

const struct policy_word *xls_policy_word(const char *name)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].name, name) == 0) {
            return &words[i];
        }
    }
    return NULL;
}
