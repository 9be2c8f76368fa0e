/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Identities, challenges, answers and revoked keys as text and files; and what
 * an answer is made of.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/enroll.h"
#include "crypto/start.h"
#include "host/bundle.h"
#include "host/enrolment.h"
#include "host/fd.h"
#include "host/peerfile.h"
#include "host/revoked.h"
#include "t.h"

#define KEY1   "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY2   "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define F8     "0505050505050505"
#define NAME34 "000b" F8 F8 F8 F8

static char dir[40];

static void begin(void)
{
    char path[64];

    T(xls_crypto_start() == XLS_OK);
    (void)strcpy(dir, "/tmp/xlsec-enroll-XXXXXX");
    T(mkdtemp(dir) != NULL);
    (void)snprintf(path, sizeof(path), "%s/peers.d", dir);
    T(mkdir(path, 0700) == 0);
}

static void end(void)
{
    char command[64];

    (void)snprintf(command, sizeof(command), "rm -rf %s", dir);
    T(system(command) == 0);
}

static void put(const char *name, const char *text)
{
    char path[128];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    T(fd >= 0 && xls_fd_write(fd, text, strlen(text)) == XLS_OK);
    xls_fd_close(&fd);
}

static char *get(const char *name)
{
    char path[128];
    char *text = NULL;
    size_t len = 0;
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    T(fd >= 0 && xls_fd_slurp(fd, 65536, &text, &len) == XLS_OK);
    xls_fd_close(&fd);
    return text;
}

/* --- an answer ------------------------------------------------------------ */

static const uint8_t *octets(uint8_t value)
{
    static uint8_t list[8][34];

    memset(list[value], value, sizeof(list[value]));
    return list[value];
}

/* [E-72] by hashlib and hmac, from the words of EVIDENCE.md alone. */
START_TEST(what_an_answer_is_made_of)
{
    uint8_t name[XLS_NAME_LEN] = {0, 11};
    struct xls_enroll e = {.secret = octets(1),
                           .shared = octets(2),
                           .key = octets(3),
                           .evidence_key = octets(4),
                           .ak_name = name,
                           .moment = octets(6),
                           .nonce = octets(7)};
    const uint8_t **fields[] = {&e.secret,  &e.shared, &e.key,  &e.evidence_key,
                                &e.ak_name, &e.moment, &e.nonce};
    uint8_t mac[XLS_ENROLL_MAC];
    uint8_t other[XLS_ENROLL_MAC];
    char hex[2 * XLS_ENROLL_MAC + 1];

    memset(name + 2, 5, 32);
    xls_enroll_mac(&e, mac);
    xls_hex(hex, sizeof(hex), mac, sizeof(mac));
    ck_assert_str_eq(hex, "1eb72338a451fd4984eacb5009e601067d1b9423017ae9f465"
                          "548908a0c0ec18");
    /* each of them is in it */
    for (size_t i = 0; i < T_COUNT(fields); i++) {
        const uint8_t *was = *fields[i];
        uint8_t changed[XLS_NAME_LEN];

        memcpy(changed, was, XLS_NAME_LEN);
        changed[31] ^= 1;
        *fields[i] = changed;
        xls_enroll_mac(&e, other);
        T(memcmp(mac, other, sizeof(mac)) != 0);
        *fields[i] = was;
    }
    e.evidence_key = NULL;
    xls_enroll_mac(&e, mac);
    xls_hex(hex, sizeof(hex), mac, sizeof(mac));
    ck_assert_str_eq(hex, "cb93407965fb413e39e57b678b98821424f96d8d248ca5aa2d"
                          "27c6d820b8c751");
}
END_TEST

/* --- an identity ---------------------------------------------------------- */

/* [E-76] */
START_TEST(fingerprints)
{
    static struct xls_bundle b;
    char print[XLS_FINGERPRINT_TEXT];

    T(xls_crypto_start() == XLS_OK);
    memset(b.key, 3, sizeof(b.key));
    xls_bundle_fingerprint(&b, print);
    ck_assert_str_eq(print,
                     "SHA256:Mc7OURux7hFGl1KH+CVu2e3WzelPRe2qkuDuSFIPblo");
    memset(b.evidence_key, 4, sizeof(b.evidence_key));
    b.has_evidence_key = true;
    xls_bundle_fingerprint(&b, print);
    ck_assert_str_eq(print,
                     "SHA256:ncExn0Zu+4emkNcTvQp9ytNP6wS7BAChN0rvh0ejpYE");
    memset(b.ak_area, 9, 88);
    b.ak_area_len = 88;
    xls_bundle_fingerprint(&b, print);
    ck_assert_str_eq(print,
                     "SHA256:fh3rQI/oylYzQLFadUieZKopg7En9eUlV/MpYQaq7oI");
}
END_TEST

/* A bundle with everything in it, as octets of no meaning. */
static void fill(struct xls_bundle *b)
{
    memset(b, 0, sizeof(*b));
    (void)strcpy(b->name, "xen2");
    (void)strcpy(b->address, "10.0.0.2");
    b->port = 99;
    memset(b->key, 1, sizeof(b->key));
    b->has_evidence_key = true;
    memset(b->evidence_key, 2, sizeof(b->evidence_key));
    memset(b->ak_area, 3, sizeof(b->ak_area));
    b->ak_area_len = sizeof(b->ak_area);
    memset(b->ak_der, 4, sizeof(b->ak_der));
    b->ak_der[0] = 0x30;
    b->ak_der[1] = 0x82;
    b->ak_der[2] = (sizeof(b->ak_der) - 4) >> 8;
    b->ak_der[3] = (sizeof(b->ak_der) - 4) & 0xff;
    b->ak_len = sizeof(b->ak_der);
    xls_name_of_area(b->ak_area, b->ak_area_len, b->ak_name);
    b->has_ak_name = true;
    memset(b->ek, 5, sizeof(b->ek));
    b->ek_len = sizeof(b->ek);
    memset(b->ek_cert, 6, sizeof(b->ek_cert));
    b->ek_cert_len = sizeof(b->ek_cert);
}

START_TEST(identities_come_back)
{
    static struct xls_bundle b;
    static struct xls_bundle back;
    struct xls_why why = {""};
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);

    T(xls_crypto_start() == XLS_OK);
    fill(&b);
    xls_bundle_print(&b, file);
    T(fclose(file) == 0);
    memset(&back, 0xee, sizeof(back));
    ck_assert_msg(xls_bundle_parse(text, "f", &back, &why) == XLS_OK, "%s",
                  why.text);
    T(memcmp(&b, &back, sizeof(b)) == 0);
    free(text);
    T(xls_bundle_parse("[peer]\nname = a\nkey = " KEY1 "\n", "f", &back,
                       &why) == XLS_OK);
    T(strcmp(back.address, "a") == 0 && back.port == XLS_PORT_DEFAULT);
    T(!back.has_evidence_key && back.ak_len == 0 && back.ek_len == 0);
}
END_TEST

struct bad {
    const char *text;
    const char *message;
};

#define HEAD "[peer]\nname = a\nkey = " KEY1 "\n"
#define OURS                                                                   \
    "has to be said by this host and not by an identity: is this from xlsec "  \
    "id?"

/* [E-77] */
static const struct bad bad_bundles[] = {
    {"", "f:1: 'name' is missing from section [peer]; add 'name = NAME' "
         "(letters, digits, '.', '-', '_'; 63 at most)"},
    {HEAD "allow = incoming\n", "f:4: 'allow' " OURS},
    {HEAD "evidence = none\n", "f:4: 'evidence' " OURS},
    {HEAD "class = a\n", "f:4: 'class' " OURS},
    {HEAD "ak-scheme = rsassa/sha256\n", "f:4: 'ak-scheme' " OURS},
    {HEAD "accept-disk = /a\n", "f:4: 'accept-disk' " OURS},
    {HEAD "accept-setting = a\n", "f:4: 'accept-setting' " OURS},
    {HEAD "colour = red\n", "f:4: unknown word 'colour' in section [peer]; see "
                            "xlsec.conf(5) for the known ones"},
    {HEAD "port = 65536\n", "f:4: 'port' has to be a port, 1 to 65535"},
    {HEAD "port = 0\n", "f:4: 'port' has to be a port, 1 to 65535"},
    {HEAD "port = 1x\n", "f:4: 'port' has to be a port, 1 to 65535"},
    {HEAD "port = 99999999999999999999\n",
     "f:4: 'port' has to be a port, 1 to 65535"},
    {HEAD "address =\n", "f:4: 'address' has to be a host name or an address"},
    {HEAD "address =;a\n", /* printed, the rest would be a comment */
     "f:4: 'address' has to be a host name or an address"},
    {HEAD "address = a\rb\n",
     "f:4: 'address' has to be a host name or an address"},
    {HEAD "address = \"a\n",
     "f:4: 'address' has to be a host name or an address"},
    {HEAD "ak-name = 00\n", "f:4: 'ak-name' has to be 68 hexadecimal digits"},
    {HEAD "ak = *\n", "f:4: 'ak' has to be a public key in base64"},
    {HEAD "ek = AAA\n", "f:4: 'ek' has to be a public key in base64"},
    {HEAD "ek-certificate = AAA\n",
     "f:4: 'ek-certificate' has to be a certificate in base64"},
    {HEAD "ak-area = AAA\n",
     "f:4: 'ak-area' has to be a key's public area in base64"},
    {HEAD "ek-certificate = AAAA\n",
     "f: is not whole: 'ak', 'ak-name', 'ak-area' and 'ek' come together; take "
     "all of what xlsec id printed"},
    {HEAD "ak = AAAA\nak-area = AAAA\nek = AAAA\nak-name = " NAME34 "\n",
     "f: 'ak-name' is not the name of 'ak-area': this is not what xlsec id "
     "printed"},
};

START_TEST(what_is_no_identity)
{
    static struct xls_bundle b;

    T(xls_crypto_start() == XLS_OK);
    for (size_t i = 0; i < T_COUNT(bad_bundles); i++) {
        struct xls_why why = {""};

        (void)strcpy(b.name, "untouched");
        T(xls_bundle_parse(bad_bundles[i].text, "f", &b, &why) ==
          XLS_HOST_CONF);
        ck_assert_str_eq(why.text, bad_bundles[i].message);
        T(strcmp(b.name, "untouched") == 0);
    }
}
END_TEST

/* --- challenge and answer ------------------------------------------------- */

static void fill_challenge(struct xls_challenge *c)
{
    memset(c, 0, sizeof(*c));
    (void)strcpy(c->name, "xen2");
    memset(c->nonce, 1, sizeof(c->nonce));
    memset(c->moment, 2, sizeof(c->moment));
    memset(c->ak_name, 3, sizeof(c->ak_name));
    c->ek_kind = XLS_SPKI_ECC_P384;
    memset(c->ek_digest, 4, sizeof(c->ek_digest));
    memset(c->credential.blob, 5, sizeof(c->credential.blob));
    c->credential.blob_len = sizeof(c->credential.blob);
    memset(c->credential.seed, 6, sizeof(c->credential.seed));
    c->credential.seed_len = sizeof(c->credential.seed);
}

START_TEST(challenges_and_answers_come_back)
{
    struct xls_challenge c;
    struct xls_challenge c2;
    struct xls_answer a = {.name = "xen2"};
    struct xls_answer a2;
    struct xls_why why = {""};
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);

    T(xls_crypto_start() == XLS_OK);
    fill_challenge(&c);
    xls_challenge_print(&c, file);
    T(fclose(file) == 0);
    memset(&c2, 0xee, sizeof(c2));
    ck_assert_msg(xls_challenge_parse(text, "f", &c2, &why) == XLS_OK, "%s",
                  why.text);
    T(memcmp(&c, &c2, sizeof(c)) == 0);
    T(xls_answer_parse(text, "f", &a2, &why) == XLS_HOST_CONF);
    free(text);
    file = open_memstream(&text, &len);
    memset(a.nonce, 1, sizeof(a.nonce));
    memset(a.mac, 2, sizeof(a.mac));
    xls_answer_print(&a, file);
    T(fclose(file) == 0);
    memset(&a2, 0xee, sizeof(a2));
    T(xls_answer_parse(text, "f", &a2, &why) == XLS_OK);
    T(memcmp(&a, &a2, sizeof(a)) == 0);
    T(xls_challenge_parse(text, "f", &c2, &why) == XLS_HOST_CONF);
    free(text);
}
END_TEST

/* What a host that has both would answer. */
static void answer_to(const struct xls_pending *p, const uint8_t *host,
                      const uint8_t *key, struct xls_answer *a)
{
    struct xls_dh_key moment;
    struct xls_dh shared;
    struct xls_enroll e = {.secret = p->secret,
                           .key = key,
                           .evidence_key = p->bundle.evidence_key,
                           .ak_name = p->bundle.ak_name,
                           .nonce = p->nonce};

    xls_dh_key_over_secret(p->moment_secret, &moment);
    T(xls_dh_agree(host, moment.pub, &shared) == XLS_OK);
    e.shared = shared.bytes;
    e.moment = moment.pub;
    memcpy(a->nonce, p->nonce, sizeof(a->nonce));
    xls_enroll_mac(&e, a->mac);
}

static void make_pending(struct xls_pending *p, const struct xls_dh_key *host)
{
    memset(p, 0, sizeof(*p));
    fill(&p->bundle);
    p->bundle.ek_cert_len = 0;
    memset(p->bundle.ek_cert, 0, sizeof(p->bundle.ek_cert));
    memcpy(p->bundle.key, host->pub, sizeof(p->bundle.key));
    p->vouched = XLS_VOUCHED_PINNED;
    (void)strcpy(p->allow, "incoming, outgoing");
    (void)strcpy(p->class, "rack-1");
    xls_random(p->nonce, sizeof(p->nonce));
    xls_random(p->secret, sizeof(p->secret));
    xls_random(p->moment_secret, sizeof(p->moment_secret));
}

/* [E-73] The TPM's secret and the static key, both; one of them is not enough.
 */
START_TEST(answers_are_judged)
{
    static struct xls_pending p;
    struct xls_dh_key host;
    struct xls_dh_key other;
    struct xls_answer a;

    T(xls_crypto_start() == XLS_OK);
    xls_dh_key_random(&host);
    xls_dh_key_random(&other);
    make_pending(&p, &host);
    answer_to(&p, host.secret, host.pub, &a);
    T(xls_pending_judge(&p, &a) == XLS_OK);
    for (size_t i = 0; i < sizeof(a.mac); i++) {
        a.mac[i] ^= 1;
        T(xls_pending_judge(&p, &a) == XLS_PEER_AUTH);
        a.mac[i] ^= 1;
    }
    /* the TPM without the static key, which says that it is another's */
    answer_to(&p, other.secret, host.pub, &a);
    T(xls_pending_judge(&p, &a) == XLS_PEER_AUTH);
    /* or its own */
    answer_to(&p, other.secret, other.pub, &a);
    T(xls_pending_judge(&p, &a) == XLS_PEER_AUTH);
    /* the static key without the TPM */
    answer_to(&p, host.secret, host.pub, &a);
    p.secret[0] ^= 1;
    T(xls_pending_judge(&p, &a) == XLS_PEER_AUTH);
    /* a key of low order is none */
    memset(p.bundle.key, 0, sizeof(p.bundle.key));
    T(xls_pending_judge(&p, &a) == XLS_PEER_AUTH);
}
END_TEST

/* [E-71] */
START_TEST(challenges_are_kept_and_used_up)
{
    static struct xls_pending p;
    static struct xls_pending back;
    struct xls_dh_key host;
    struct xls_why why = {""};

    begin();
    xls_dh_key_random(&host);
    make_pending(&p, &host);
    T(xls_pending_keep(dir, &p, &why) == XLS_OK);
    memset(&back, 0xee, sizeof(back));
    ck_assert_msg(xls_pending_take(dir, p.nonce, &back, &why) == XLS_OK, "%s",
                  why.text);
    T(back.made > 0);
    p.made = back.made;
    T(memcmp(&p, &back, sizeof(p)) == 0);
    T(xls_pending_take(dir, p.nonce, &back, &why) == XLS_PEER_ORDER);
    T(strstr(why.text, "no challenge of this answer is open here") != NULL);
    end();
}
END_TEST

/* --- files of hosts ------------------------------------------------------- */

START_TEST(files_of_hosts_are_written)
{
    static struct xls_bundle b;
    struct xls_peers peers;
    struct xls_why why = {""};
    struct xls_peerfile what = {.bundle = &b, .allow = "incoming"};
    char *text;

    begin();
    fill(&b);
    T(xls_peerfile_write(dir, NULL, &what, &why) == XLS_OK);
    T(xls_peers_load(dir, &peers, &why) == XLS_OK && peers.count == 1);
    /* its TPM was not enrolled, and nothing else is fallen back to */
    T(peers.list[0].evidence == XLS_EVIDENCE_NONE);
    T(!peers.list[0].evidence_waived && !peers.list[0].has_evidence_key);
    T(peers.list[0].incoming && !peers.list[0].outgoing);

    put("peers.d/xen2.conf", "# before\n[peer]\nname: xen2\n key = " KEY1 "\n"
                             "allow = outgoing\nevidence=none\n#key = x\n"
                             "accept-disk = /dev/a\nport=7\nkeyboard");
    what.evidence = "tpm";
    what.note = "here";
    /* what is written can be read, or nothing is */
    T(xls_peerfile_write(dir, &peers.list[0], &what, &why) == XLS_HOST_CONF);
    text = get("peers.d/xen2.conf");
    T(strncmp(text, "# before\n", 9) == 0);
    free(text);
    put("peers.d/xen2.conf", "# before\n[peer]\nname: xen2\n key = " KEY1 "\n"
                             "allow = outgoing\nevidence=none\n#key = x\n"
                             "accept-disk = /dev/a\nport=7");
    T(xls_peerfile_write(dir, &peers.list[0], &what, &why) == XLS_OK);
    text = get("peers.d/xen2.conf");
    T(strncmp(text, "# enrolled here\n[peer]\nname = xen2\n", 34) == 0);
    T(strstr(text, "# before\nallow = outgoing\n#key = x\n"
                   "accept-disk = /dev/a\n") != NULL);
    free(text);
    /* twice is once */
    T(xls_peerfile_write(dir, &peers.list[0], &what, &why) == XLS_OK);
    xls_peers_free(&peers);
    T(xls_peers_load(dir, &peers, &why) == XLS_OK && peers.count == 1);
    T(peers.list[0].evidence == XLS_EVIDENCE_TPM && peers.list[0].outgoing);
    T(peers.list[0].port == 99 && peers.list[0].has_evidence_key);
    T(peers.list[0].ak_len == b.ak_len &&
      memcmp(peers.list[0].ak_der, b.ak_der, b.ak_len) == 0);
    xls_peers_free(&peers);
    end();
}
END_TEST

/* --- revoked keys --------------------------------------------------------- */

static const struct xls_revoked_entry entries[] = {
    {.kind = XLS_REVOKED_KEY, .octets = {7}, .host = "xen2"},
    {.kind = XLS_REVOKED_AK_NAME,
     .octets = {0, 11, 7},
     .host = "xen2",
     .reason = "it was sold"},
    {.kind = XLS_REVOKED_EVIDENCE_KEY,
     .octets = {8},
     .host = "xen3",
     .reason = "x"},
};

/* [E-75] */
START_TEST(keys_are_revoked)
{
    static const uint8_t other[XLS_NAME_LEN] = {9};
    struct xls_revoked revoked;
    struct xls_why why = {""};
    char *text;

    begin();
    T(xls_revoked_load(dir, &revoked, &why) == XLS_OK && revoked.count == 0);
    xls_revoked_free(&revoked);
    T(xls_revoked_add(dir, entries, 2, &why) == XLS_OK);
    T(xls_revoked_add(dir, entries, 3, &why) == XLS_OK); /* two are in it */
    T(xls_revoked_load(dir, &revoked, &why) == XLS_OK && revoked.count == 3);
    for (size_t i = 0; i < 3; i++) {
        for (int kind = XLS_REVOKED_KEY; kind <= XLS_REVOKED_EVIDENCE_KEY;
             kind++) {
            enum xls_rc rc =
                xls_revoked_check(&revoked, (enum xls_revoked_kind)kind,
                                  entries[i].octets, "f", NULL);

            T(rc == ((enum xls_revoked_kind)kind == entries[i].kind
                         ? XLS_HOST_CONF
                         : XLS_OK));
        }
        T(strcmp(revoked.list[i].host, entries[i].host) == 0);
        T(strcmp(revoked.list[i].reason, entries[i].reason) == 0);
    }
    T(xls_revoked_check(&revoked, XLS_REVOKED_KEY, other, "f", NULL) == XLS_OK);
    T(xls_revoked_check(&revoked, XLS_REVOKED_KEY, NULL, "f", NULL) == XLS_OK);
    T(xls_revoked_check(&revoked, XLS_REVOKED_NONE, other, "f", NULL) ==
      XLS_BUG_CONTRACT);
    memcpy(revoked.list[1].date, "2026-01-02", 11);
    T(xls_revoked_check(&revoked, XLS_REVOKED_AK_NAME, entries[1].octets, "f",
                        &why) == XLS_HOST_CONF);
    ck_assert_str_eq(why.text,
                     "f: its attestation key was revoked on 2026-01-02, as one "
                     "of xen2: it was sold; remove it, or, if that was a "
                     "mistake, the line in the file 'revoked'");
    xls_revoked_free(&revoked);
    /* a person's last line without its end is a line */
    text = get("revoked");
    text[strlen(text) - 1] = '\0';
    put("revoked", text);
    free(text);
    memset(&why, 0, sizeof(why));
    T(xls_revoked_add(dir,
                      &(const struct xls_revoked_entry){
                          .kind = XLS_REVOKED_KEY, .octets = {99}, .host = "a"},
                      1, &why) == XLS_OK);
    T(xls_revoked_load(dir, &revoked, &why) == XLS_OK && revoked.count == 4);
    xls_revoked_free(&revoked);
    end();
}
END_TEST

START_TEST(what_is_no_revoked_key)
{
    static const char *const bad[] = {
        "2026-01-01",
        "2026-01-01 key",
        "2026-01-01 key " KEY1,
        "2026-1-1 key " KEY1 " a",
        "2026-01-01 keys " KEY1 " a",
        "2026-01-01 ak-name " KEY1 " a",
        "2026-01-01 key " NAME34 " a",
        "2026-01-01  key " KEY1 " a",
        "2026-01-01 key " KEY1 " ../a",
        "2026-01-01 key " KEY1 " a \x01",
        "2026-01-01 key " KEY1 " a \xc3\xa4",
        "key " KEY1 " a",
        "2026-01-01 key " KEY1 " a " KEY1 KEY1 KEY1, /* 132 characters */
    };
    struct xls_revoked revoked;
    char text[512];

    begin();
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        struct xls_why why = {""};

        (void)snprintf(text, sizeof(text),
                       "# a\n\n2026-01-01 key " KEY2 " a b c\n%s\n", bad[i]);
        put("revoked", text);
        T(xls_revoked_load(dir, &revoked, &why) == XLS_HOST_CONF);
        ck_assert_msg(strstr(why.text, "/revoked:4: is not 'DATE key BASE64 "
                                       "HOST [reason]'") != NULL,
                      "%s", why.text);
        xls_revoked_free(&revoked);
    }
    end();
}
END_TEST

/* [E-75] A file with one of them is told, and nothing is loaded. */
START_TEST(peers_of_revoked_keys)
{
    static const char *const words[] = {
        "key = " KEY2 "\n", "key = " KEY1 "\nevidence-key = " KEY2 "\n",
        "key = " KEY1 "\nak = MAA=\nak-name = " NAME34 "\n"};
    struct xls_peers peers;
    char text[512];

    begin();
    put("revoked", "2026-01-01 key " KEY2 " a\n2026-01-01 evidence-key " KEY2
                   " a\n2026-01-01 ak-name " NAME34 " a\n");
    put("peers.d/good.conf",
        "[peer]\nname = good\nkey = " KEY1 "\nallow = incoming\n");
    for (size_t i = 0; i <= T_COUNT(words); i++) {
        struct xls_why why = {""};
        enum xls_rc rc;

        (void)snprintf(text, sizeof(text),
                       "[peer]\nname = good\nallow = incoming\n%s",
                       i < T_COUNT(words) ? words[i] : "key = " KEY1 "\n");
        put("peers.d/good.conf", text);
        rc = xls_peers_load(dir, &peers, &why);
        T(rc == (i < T_COUNT(words) ? XLS_HOST_CONF : XLS_OK));
        T(rc == XLS_OK || strstr(why.text, "good.conf: its ") != NULL);
        xls_peers_free(&peers);
    }
    put("revoked", "x\n");
    {
        struct xls_why why = {""};

        T(xls_peers_load(dir, &peers, &why) == XLS_HOST_CONF);
        T(strstr(why.text, "revoked:1: is not") != NULL);
        xls_peers_free(&peers);
    }
    end();
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        what_an_answer_is_made_of,
        fingerprints,
        identities_come_back,
        what_is_no_identity,
        challenges_and_answers_come_back,
        answers_are_judged,
        challenges_are_kept_and_used_up,
        files_of_hosts_are_written,
        keys_are_revoked,
        what_is_no_revoked_key,
        peers_of_revoked_keys,
    };

    return t_run("host-enroll", list, T_COUNT(list));
}
