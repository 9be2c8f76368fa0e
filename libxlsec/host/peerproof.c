/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/peerproof.h"

#include <stdio.h>
#include <string.h>

#include "base/rd.h"

bool xls_peerproof_evidence(void *out, const char *value)
{
    struct xls_peer *p = out;

    p->evidence_waived = strcmp(value, "none") == 0;
    p->evidence = strcmp(value, "tpm") == 0        ? XLS_EVIDENCE_TPM
                  : strcmp(value, "software") == 0 ? XLS_EVIDENCE_SOFTWARE
                                                   : XLS_EVIDENCE_NONE;
    return p->evidence_waived || p->evidence != XLS_EVIDENCE_NONE;
}

bool xls_peerproof_ak(void *out, const char *name, const char *value)
{
    struct xls_peer *p = out;

    (void)name;
    return xls_base64_append(value, p->ak_der, sizeof(p->ak_der), &p->ak_len);
}

bool xls_peerproof_ak_scheme(void *out, const char *value)
{
    return xls_ak_scheme_read(value, &((struct xls_peer *)out)->ak_scheme);
}

bool xls_peerproof_ak_name(void *out, const char *value)
{
    struct xls_peer *p = out;

    p->has_ak_name = xls_hex_decode(value, p->ak_name, sizeof(p->ak_name)) &&
                     p->ak_name[0] == 0x00 && p->ak_name[1] == 0x0b;
    return p->has_ak_name;
}

bool xls_peerproof_evidence_key(void *out, const char *value)
{
    struct xls_peer *p = out;

    p->has_evidence_key = xls_key_decode(value, p->evidence_key);
    return p->has_evidence_key;
}

bool xls_peerproof_class(void *out, const char *value)
{
    struct xls_peer *p = out;

    if (!xls_peer_name_ok(value)) {
        return false;
    }
    (void)snprintf(p->class, sizeof(p->class), "%s", value);
    return true;
}

/* Is this one SEQUENCE in DER, whole?  What is in it is attest/ak's to judge.
 */
static bool is_whole(const uint8_t *der, size_t len)
{
    struct xls_rd rd = xls_rd_over(der, len);
    unsigned tag = xls_rd_u8(&rd);
    size_t n = xls_rd_u8(&rd);

    if (n == 0x81) {
        n = xls_rd_u8(&rd);
    } else if (n == 0x82) {
        n = xls_rd_u16be(&rd);
    }
    return rd.rc == XLS_OK && tag == 0x30 && n == rd.left;
}

enum xls_rc xls_peerproof_settle(struct xls_peer *peer, const char *path,
                                 struct xls_why *why)
{
    if (peer->ak_len > 0 && !is_whole(peer->ak_der, peer->ak_len)) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: 'ak' is not a whole public key in DER; copy "
                           "all of what xlsec id shows on that host",
                           path);
    }
    if (peer->ak_len == 0 &&
        (peer->has_ak_name || peer->ak_scheme.sign != XLS_AK_SIGN_NONE)) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: '%s' is there without 'ak'; add the key, or "
                           "remove the word",
                           path, peer->has_ak_name ? "ak-name" : "ak-scheme");
    }
    if (peer->evidence == XLS_EVIDENCE_TPM && peer->ak_len == 0) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: 'evidence = tpm', and no 'ak' to verify it by; "
                           "enroll that host's TPM with xlsec enroll",
                           path);
    }
    if (peer->evidence == XLS_EVIDENCE_SOFTWARE && !peer->has_evidence_key) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: 'evidence = software', and no 'evidence-key' "
                           "to verify it by; copy that line from what xlsec id "
                           "shows on that host",
                           path);
    }
    if (peer->evidence == XLS_EVIDENCE_NONE && !peer->evidence_waived) {
        peer->evidence = peer->ak_len > 0         ? XLS_EVIDENCE_TPM
                         : peer->has_evidence_key ? XLS_EVIDENCE_SOFTWARE
                                                  : XLS_EVIDENCE_NONE;
    }
    return XLS_OK;
}
