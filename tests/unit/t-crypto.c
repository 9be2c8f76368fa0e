/* SPDX-License-Identifier: LGPL-2.1-only */
/* Known answers of published documents for every primitive, and the edges. */
#include <string.h>

#include "base/secret.h"
#include "crypto/aead.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "crypto/hkdf.h"
#include "crypto/sign.h"
#include "crypto/start.h"
#include "t-crypto-hex.h"
#include "t.h"

START_TEST(start_may_be_called_again)
{
    T(xls_crypto_start() == XLS_OK);
    T(xls_crypto_start() == XLS_OK);
}
END_TEST

START_TEST(random_fills_all_and_differs)
{
    uint8_t a[67] = {0};
    uint8_t b[67] = {0};
    uint8_t seen[66] = {0};

    xls_random(a, sizeof(a) - 1);
    xls_random(b, sizeof(b) - 1);
    T(memcmp(a, b, sizeof(a)) != 0);
    T(a[66] == 0 && b[66] == 0);
    for (int round = 0; round < 64; round++) {
        xls_random(a, sizeof(a) - 1);
        for (size_t i = 0; i < sizeof(seen); i++) {
            seen[i] |= a[i];
        }
    }
    for (size_t i = 0; i < sizeof(seen); i++) {
        T(seen[i] != 0);
    }
    xls_random(a, 0);
}
END_TEST

/* FIPS 180-4, "abc" */
static const char sha512_abc[] =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

START_TEST(sha512_known_answers)
{
    uint8_t out[XLS_HASH_LEN];

    xls_hash_two("abc", 3, NULL, 0, out);
    T(t_is(out, sizeof(out), sha512_abc));
    xls_hash_two("a", 1, "bc", 2, out);
    T(t_is(out, sizeof(out), sha512_abc));
    xls_hash_two(NULL, 0, NULL, 0, out);
    T(t_is(out, sizeof(out),
           "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
           "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"));
}
END_TEST

START_TEST(sha512_in_parts_and_in_place)
{
    struct xls_hash hash;
    struct xls_hash copy;
    struct xls_hash zero;
    uint8_t out[XLS_HASH_LEN];
    uint8_t two[XLS_HASH_LEN];

    xls_hash_init(&hash);
    xls_hash_add(&hash, NULL, 0);
    xls_hash_add(&hash, "a", 1);
    copy = hash;
    xls_hash_add(&hash, "bc", 2);
    xls_hash_end(&hash, out);
    T(t_is(out, sizeof(out), sha512_abc));
    memset(&zero, 0, sizeof(zero));
    T(memcmp(&hash, &zero, sizeof(hash)) == 0); /* ended is wiped */
    xls_hash_add(&copy, "bc", 2);
    xls_hash_end(&copy, two);
    T(memcmp(out, two, sizeof(out)) == 0);
    /* out may be an input */
    xls_hash_two(out, sizeof(out), "x", 1, two);
    xls_hash_two(out, sizeof(out), "x", 1, out);
    T(memcmp(out, two, sizeof(out)) == 0);
}
END_TEST

/* RFC 4231, cases 1, 2 and 6 */
START_TEST(hmac_sha512_known_answers)
{
    uint8_t key[131];
    uint8_t out[XLS_HASH_LEN];
    static const char six[] =
        "Test Using Larger Than Block-Size Key - Hash Key First";

    memset(key, 0x0b, 20);
    xls_hmac_two(key, 20, "Hi ", 3, "There", 5, out);
    T(t_is(out, sizeof(out),
           "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
           "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"));
    xls_hmac_two("Jefe", 4, "what do ya want for nothing?", 28, NULL, 0, out);
    T(t_is(out, sizeof(out),
           "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
           "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"));
    memset(key, 0xaa, sizeof(key));
    xls_hmac_two(key, sizeof(key), NULL, 0, six, sizeof(six) - 1, out);
    T(t_is(out, sizeof(out),
           "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
           "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"));
}
END_TEST

struct hkdf_case {
    const char *ikm;
    const char *salt;
    const char *info;
    const char *prk;
    const char *okm;
};

/* The inputs of RFC 5869, appendix A.1 to A.3, with SHA-512; the answers were
 * computed with another language's HMAC. */
static const struct hkdf_case hkdf_cases[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
     "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
     "665799823737ded04a88e47e54a5890bb2c3d247c7a4254a8e61350723590a26"
     "c36238127d8661b88cf80ef802d57e2f7cebcf1e00e083848be19929c61b4237",
     "832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c14815793"
     "38da362cb8d9f925d7cb"},
    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
     "404142434445464748494a4b4c4d4e4f",
     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
     "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
     "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
     "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
     "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     "35672542907d4e142c00e84499e74e1de08be86535f924e022804ad775dde27e"
     "c86cd1e5b7d178c74489bdbeb30712beb82d4f97416c5a94ea81ebdf3e629e4a",
     "ce6c97192805b346e6161e821ed165673b84f400a2b514b2fe23d84cd189ddf1"
     "b695b48cbd1c8388441137b3ce28f16aa64ba33ba466b24df6cfcb021ecff235"
     "f6a2056ce3af1de44d572097a8505d9e7a93"},
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
     "fd200c4987ac491313bd4a2a13287121247239e11c9ef82802044b66ef357e5b"
     "194498d0682611382348572a7b1611de54764094286320578a863f36562b0df6",
     "f5fa02b18298a72a8c23898a8703472c6eb179dc204c03425c970e3b164bf90f"
     "ff22d04836d0e2343bac"},
};

START_TEST(hkdf_sha512_known_answers)
{
    for (size_t i = 0; i < T_COUNT(hkdf_cases); i++) {
        const struct hkdf_case *c = &hkdf_cases[i];
        uint8_t ikm[80];
        uint8_t salt[80];
        uint8_t info[80];
        uint8_t prk[XLS_HASH_LEN];
        uint8_t okm[96];
        size_t ikm_len = t_hex(c->ikm, ikm, sizeof(ikm));
        size_t salt_len = t_hex(c->salt, salt, sizeof(salt));
        size_t info_len = t_hex(c->info, info, sizeof(info));
        size_t len = strlen(c->okm) / 2;

        xls_hkdf_extract(salt, salt_len, ikm, ikm_len, prk);
        T(t_is(prk, sizeof(prk), c->prk));
        T(xls_hkdf_expand(prk, info, info_len, okm, len) == XLS_OK);
        T(t_is(okm, len, c->okm));
    }
}
END_TEST

START_TEST(hkdf_expand_is_a_prefix_and_bounded)
{
    static uint8_t all[XLS_HKDF_MAX + 2];
    static uint8_t part[XLS_HKDF_MAX];
    uint8_t prk[XLS_HASH_LEN] = {1};

    memset(all, 0xee, sizeof(all));
    T(xls_hkdf_expand(prk, "i", 1, all, XLS_HKDF_MAX) == XLS_OK);
    T(all[XLS_HKDF_MAX] == 0xee);
    for (size_t n = 0; n < 300; n++) {
        memset(part, 0xdd, sizeof(part));
        T(xls_hkdf_expand(prk, "i", 1, part, n) == XLS_OK);
        T(memcmp(part, all, n) == 0 && part[n] == 0xdd);
    }
    memset(all, 0xee, sizeof(all));
    T(xls_hkdf_expand(prk, "i", 1, all, XLS_HKDF_MAX + 1) == XLS_BUG_CONTRACT);
    T(all[0] == 0xee && all[XLS_HKDF_MAX] == 0xee);
}
END_TEST

START_TEST(hkdf_of_noise_is_rfc_5869_without_info)
{
    uint8_t ck[XLS_HASH_LEN];
    uint8_t prk[XLS_HASH_LEN];
    uint8_t want[3 * XLS_HASH_LEN];
    uint8_t got[3 * XLS_HASH_LEN];

    memset(ck, 0x42, sizeof(ck));
    xls_hkdf_extract(ck, sizeof(ck), "ikm", 3, prk);
    T(xls_hkdf_expand(prk, NULL, 0, want, sizeof(want)) == XLS_OK);
    for (unsigned n = 1; n <= 3; n++) {
        memset(got, 0xcc, sizeof(got));
        T(xls_hkdf_noise(ck, "ikm", 3, n, got) == XLS_OK);
        T(memcmp(got, want, (size_t)n * XLS_HASH_LEN) == 0);
        T(n == 3 || got[(size_t)n * XLS_HASH_LEN] == 0xcc);
    }
    memset(got, 0xcc, sizeof(got));
    T(xls_hkdf_noise(ck, NULL, 0, 0, got) == XLS_BUG_CONTRACT);
    T(xls_hkdf_noise(ck, NULL, 0, 4, got) == XLS_BUG_CONTRACT);
    T(got[0] == 0xcc);
    T(xls_hkdf_noise(ck, NULL, 0, 1, got) == XLS_OK);
    T(memcmp(got, want, XLS_HASH_LEN) != 0);
}
END_TEST

/* RFC 7748 section 6.1 */
START_TEST(x25519_of_two_hosts)
{
    static const char alice_secret[] =
        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    static const char bob_secret[] =
        "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    uint8_t secret[32];
    struct xls_dh_key alice;
    struct xls_dh_key bob;
    struct xls_dh a;
    struct xls_dh b;

    T(t_hex(alice_secret, secret, sizeof(secret)) == 32);
    xls_dh_key_over_secret(secret, &alice);
    T(t_is(alice.secret, 32, alice_secret));
    T(t_is(alice.pub, 32,
           "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
    T(t_hex(bob_secret, secret, sizeof(secret)) == 32);
    xls_dh_key_over_secret(secret, &bob);
    T(t_is(bob.pub, 32,
           "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
    T(xls_dh_agree(alice.secret, bob.pub, &a) == XLS_OK);
    T(xls_dh_agree(bob.secret, alice.pub, &b) == XLS_OK);
    T(memcmp(&a, &b, sizeof(a)) == 0);
    T(t_is(a.bytes, 32,
           "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"));
    xls_dh_key_wipe(&alice);
    T(sodium_is_zero(alice.secret, 32) && sodium_is_zero(alice.pub, 32));
}
END_TEST

/* RFC 7748 section 5.2: once, and the iterated test */
START_TEST(x25519_iterated)
{
    uint8_t k[32];
    uint8_t u[32];
    struct xls_dh out;

    T(t_hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            k, sizeof(k)) == 32);
    T(t_hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            u, sizeof(u)) == 32);
    T(xls_dh_agree(k, u, &out) == XLS_OK);
    T(t_is(out.bytes, 32,
           "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
    memset(k, 0, sizeof(k));
    k[0] = 9;
    memcpy(u, k, sizeof(u));
    for (int i = 0; i < 1000; i++) {
        T(xls_dh_agree(k, u, &out) == XLS_OK);
        memcpy(u, k, sizeof(u));
        memcpy(k, out.bytes, sizeof(k));
        if (i == 0) {
            T(t_is(k, 32,
                   "422c8e7a6227d7bca1350b3e2bb7279f"
                   "7897b87bb6854b783c60e80311ae3079"));
        }
    }
    T(t_is(k, 32,
           "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
}
END_TEST

/* [P-12] the points of low order, and their twins above the prime */
START_TEST(x25519_low_order_is_refused)
{
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    };
    struct xls_dh_key key;

    xls_dh_key_random(&key);
    for (size_t i = 0; i < T_COUNT(points); i++) {
        uint8_t pub[32];
        struct xls_dh out;

        memset(&out, 0x55, sizeof(out));
        T(t_hex(points[i], pub, sizeof(pub)) == 32);
        T(xls_dh_agree(key.secret, pub, &out) == XLS_PEER_AUTH);
        T(sodium_is_zero(out.bytes, sizeof(out.bytes)));
    }
}
END_TEST

START_TEST(random_key_pairs_fit_and_differ)
{
    struct xls_dh_key a;
    struct xls_dh_key b;
    struct xls_dh_key again;
    struct xls_dh ab;
    struct xls_dh ba;

    for (int i = 0; i < 20; i++) {
        xls_dh_key_random(&a);
        xls_dh_key_random(&b);
        T(memcmp(&a, &b, sizeof(a)) != 0);
        xls_dh_key_over_secret(a.secret, &again);
        T(memcmp(&a, &again, sizeof(a)) == 0);
        T(xls_dh_agree(a.secret, b.pub, &ab) == XLS_OK);
        T(xls_dh_agree(b.secret, a.pub, &ba) == XLS_OK);
        T(xls_same(&ab, &ba, sizeof(ab)) == XLS_OK);
    }
}
END_TEST

/* RFC 8439 appendix A.5, whose nonce has the form of Noise's */
START_TEST(chacha_known_answer)
{
    static const char plain[] =
        "Internet-Drafts are draft documents valid for a maximum of six months "
        "and may be updated, replaced, or obsoleted by other documents at any "
        "time. It is inappropriate to use Internet-Drafts as reference "
        "material or to cite them other than as /\xe2\x80\x9cwork in "
        "progress./\xe2\x80\x9d";
    static const char sealed[] =
        "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
        "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
        "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
        "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
        "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
        "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
        "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
        "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
        "a6ad5cb4022b02709b"
        "eead9d67890cbb22392336fea1851f38";
    uint8_t key[32];
    uint8_t ad[12];
    uint8_t out[sizeof(plain) - 1 + XLS_TAG_LEN];
    uint8_t back[sizeof(plain)] = {0};
    struct xls_aead_text text = {ad, sizeof(ad), (const uint8_t *)plain,
                                 sizeof(plain) - 1, out};

    T(t_hex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0",
            key, sizeof(key)) == 32);
    T(t_hex("f33388860000000000004e91", ad, sizeof(ad)) == 12);
    xls_chacha_seal(key, 0x0807060504030201U, &text);
    T(t_is(out, sizeof(out), sealed));
    text.in = out;
    text.in_len = sizeof(out);
    text.out = back;
    T(xls_chacha_open(key, 0x0807060504030201U, &text) == XLS_OK);
    T(memcmp(back, plain, sizeof(plain)) == 0);
}
END_TEST

/* draft-irtf-cfrg-xchacha-03, A.3.1 */
static const char sunscreen[] =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one "
    "tip for the future, sunscreen would be it.";
static const char sunscreen_sealed[] =
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
    "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
    "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
    "21f9664c97637da9768812f615c68b13b52e"
    "c0875924c1c7987947deafd8780acf49";

static void sunscreen_key(uint8_t key[32], uint8_t nonce[24], uint8_t ad[12])
{
    for (uint8_t i = 0; i < 32; i++) {
        key[i] = (uint8_t)(0x80 + i);
    }
    for (uint8_t i = 0; i < 24; i++) {
        nonce[i] = (uint8_t)(0x40 + i);
    }
    T(t_hex("50515253c0c1c2c3c4c5c6c7", ad, 12) == 12);
}

START_TEST(xchacha_known_answer)
{
    uint8_t key[32];
    uint8_t nonce[24];
    uint8_t ad[12];
    uint8_t out[sizeof(sunscreen) - 1 + XLS_TAG_LEN];
    uint8_t back[sizeof(sunscreen)] = {0};
    struct xls_aead_text text = {ad, sizeof(ad), (const uint8_t *)sunscreen,
                                 sizeof(sunscreen) - 1, out};

    sunscreen_key(key, nonce, ad);
    xls_xchacha_seal(key, nonce, &text);
    T(t_is(out, sizeof(out), sunscreen_sealed));
    text.in = out;
    text.in_len = sizeof(out);
    text.out = back;
    T(xls_xchacha_open(key, nonce, &text) == XLS_OK);
    T(memcmp(back, sunscreen, sizeof(sunscreen)) == 0);
}
END_TEST

/* The identity that a faster library may use: one HChaCha20 for all nonces
 * with the same first 16 octets. */
START_TEST(xchacha_is_chacha_under_a_subkey)
{
    uint8_t key[32];
    uint8_t nonce[24];
    uint8_t ad[12];
    uint8_t sub[32];
    uint8_t out[sizeof(sunscreen) - 1 + XLS_TAG_LEN];
    uint64_t n = 0;
    struct xls_aead_text text = {ad, sizeof(ad), (const uint8_t *)sunscreen,
                                 sizeof(sunscreen) - 1, out};

    sunscreen_key(key, nonce, ad);
    T(crypto_core_hchacha20(sub, nonce, key, NULL) == 0);
    for (size_t i = 0; i < 8; i++) {
        n |= (uint64_t)nonce[16 + i] << (8 * i);
    }
    xls_chacha_seal(sub, n, &text);
    T(t_is(out, sizeof(out), sunscreen_sealed));
}
END_TEST

typedef enum xls_rc (*open_fn)(const uint8_t *key,
                               const struct xls_aead_text *text);

static enum xls_rc open_x(const uint8_t *key, const struct xls_aead_text *text)
{
    uint8_t nonce[24] = {1, 2, 3};

    return xls_xchacha_open(key, nonce, text);
}

static enum xls_rc open_c(const uint8_t *key, const struct xls_aead_text *text)
{
    return xls_chacha_open(key, 5, text);
}

/* Every bit of key, associated data and sealed octets counts, and nothing is
 * given out when one is wrong. */
static void every_bit_counts(open_fn open, uint8_t *key, uint8_t *ad,
                             uint8_t *sealed)
{
    uint8_t back[33];
    struct xls_aead_text text = {ad, 9, sealed, 33 + XLS_TAG_LEN, back};
    struct {
        uint8_t *at;
        size_t len;
    } parts[] = {{key, 32}, {ad, 9}, {sealed, 33 + XLS_TAG_LEN}};

    T(open(key, &text) == XLS_OK && back[0] == 0x61 && back[32] == 0x61);
    for (size_t i = 0; i < T_COUNT(parts); i++) {
        for (size_t bit = 0; bit < parts[i].len * 8; bit++) {
            parts[i].at[bit / 8] ^= (uint8_t)(1U << bit % 8);
            memset(back, 0, sizeof(back));
            T(open(key, &text) == XLS_PEER_AUTH);
            T(sodium_is_zero(back, sizeof(back)));
            parts[i].at[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
    T(open(key, &text) == XLS_OK);
}

START_TEST(every_bit_is_authenticated)
{
    uint8_t key[32];
    uint8_t nonce[24] = {1, 2, 3};
    uint8_t ad[9];
    uint8_t plain[33];
    uint8_t sealed[33 + XLS_TAG_LEN];
    struct xls_aead_text text = {ad, sizeof(ad), plain, sizeof(plain), sealed};

    xls_random(key, sizeof(key));
    xls_random(ad, sizeof(ad));
    memset(plain, 0x61, sizeof(plain));
    xls_xchacha_seal(key, nonce, &text);
    every_bit_counts(open_x, key, ad, sealed);
    xls_chacha_seal(key, 5, &text);
    every_bit_counts(open_c, key, ad, sealed);
}
END_TEST

START_TEST(sealed_text_has_at_least_a_tag)
{
    uint8_t key[32] = {0};
    uint8_t sealed[XLS_TAG_LEN] = {0};
    uint8_t out[1] = {0x77};
    struct xls_aead_text text = {NULL, 0, sealed, 0, out};

    for (size_t len = 0; len < XLS_TAG_LEN; len++) {
        text.in_len = len;
        T(open_x(key, &text) == XLS_PEER_SHORT);
        T(open_c(key, &text) == XLS_PEER_SHORT);
    }
    T(out[0] == 0x77);
    /* and may have nothing more */
    text.in = NULL;
    text.in_len = 0;
    text.out = sealed;
    xls_chacha_seal(key, 5, &text);
    text.in = sealed;
    text.in_len = sizeof(sealed);
    text.out = out;
    T(open_c(key, &text) == XLS_OK && out[0] == 0x77);
}
END_TEST

START_TEST(sealing_and_opening_in_place)
{
    uint8_t key[32];
    uint8_t apart[100 + XLS_TAG_LEN];
    uint8_t buf[100 + XLS_TAG_LEN];
    uint8_t plain[100];
    struct xls_aead_text text = {NULL, 0, plain, sizeof(plain), apart};

    xls_random(key, sizeof(key));
    xls_random(plain, sizeof(plain));
    xls_chacha_seal(key, 5, &text);
    memcpy(buf, plain, sizeof(plain));
    text.in = buf;
    text.out = buf;
    xls_chacha_seal(key, 5, &text);
    T(memcmp(buf, apart, sizeof(buf)) == 0);
    text.in_len = sizeof(buf);
    T(open_c(key, &text) == XLS_OK);
    T(memcmp(buf, plain, sizeof(plain)) == 0);
    /* and a failure leaves no plaintext behind */
    memcpy(buf, apart, sizeof(buf));
    buf[sizeof(buf) - 1] ^= 1;
    T(open_c(key, &text) == XLS_PEER_AUTH);
    T(memcmp(buf, plain, 16) != 0);
}
END_TEST

struct sign_case {
    const char *seed;
    const char *pub;
    const char *message;
    const char *sig;
};

/* RFC 8032 section 7.1, TEST 1 to 3 */
static const struct sign_case sign_cases[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb882159"
     "0a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43"
     "e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538"
     "d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

START_TEST(ed25519_known_answers)
{
    for (size_t i = 0; i < T_COUNT(sign_cases); i++) {
        const struct sign_case *c = &sign_cases[i];
        struct xls_sign_key key;
        struct xls_sign_key zero;
        uint8_t seed[XLS_SIGN_SEED_LEN];
        uint8_t message[2];
        uint8_t sig[XLS_SIGN_LEN];
        size_t len = t_hex(c->message, message, sizeof(message));

        T(t_hex(c->seed, seed, sizeof(seed)) == sizeof(seed));
        xls_sign_key_over_seed(seed, &key);
        T(t_is(key.pub, sizeof(key.pub), c->pub));
        xls_sign(&key, len == 0 ? NULL : message, len, sig);
        T(t_is(sig, sizeof(sig), c->sig));
        T(xls_sign_verify(key.pub, len == 0 ? NULL : message, len, sig) ==
          XLS_OK);
        xls_sign_key_wipe(&key);
        memset(&zero, 0, sizeof(zero));
        T(memcmp(&key, &zero, sizeof(key)) == 0);
    }
}
END_TEST

START_TEST(ed25519_every_bit_counts)
{
    static const uint8_t seed[XLS_SIGN_SEED_LEN] = {1};
    struct xls_sign_key key;
    uint8_t message[5] = "12345";
    uint8_t sig[XLS_SIGN_LEN];
    struct {
        uint8_t *p;
        size_t len;
    } parts[] = {{message, sizeof(message)},
                 {sig, sizeof(sig)},
                 {key.pub, sizeof(key.pub)}};

    xls_sign_key_over_seed(seed, &key);
    xls_sign(&key, message, sizeof(message), sig);
    for (size_t i = 0; i < T_COUNT(parts); i++) {
        for (size_t bit = 0; bit < 8 * parts[i].len; bit++) {
            parts[i].p[bit / 8] ^= (uint8_t)(1U << bit % 8);
            T(xls_sign_verify(key.pub, message, sizeof(message), sig) ==
              XLS_PEER_AUTH);
            parts[i].p[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
    T(xls_sign_verify(key.pub, message, sizeof(message), sig) == XLS_OK);
    T(xls_sign_verify(key.pub, message, 4, sig) == XLS_PEER_AUTH);
}
END_TEST

/* A second signature made of a good one (s + L), and a key of low order under
 * which one signature is good for every message. */
START_TEST(ed25519_is_strict)
{
    static const uint8_t order[] = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
        0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
        0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    static const uint8_t seed[XLS_SIGN_SEED_LEN] = {2};
    static const uint8_t low[XLS_SIGN_PUB_LEN] = {1};
    struct xls_sign_key key;
    uint8_t sig[XLS_SIGN_LEN];
    unsigned carry = 0;

    xls_sign_key_over_seed(seed, &key);
    xls_sign(&key, "m", 1, sig);
    for (size_t i = 0; i < sizeof(order); i++) {
        carry += (unsigned)sig[32 + i] + order[i];
        sig[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    T(carry == 0);
    T(xls_sign_verify(key.pub, "m", 1, sig) == XLS_PEER_AUTH);
    memset(sig, 0, sizeof(sig));
    sig[0] = 1; /* R is the neutral element, and so is the key */
    T(xls_sign_verify(low, "m", 1, sig) == XLS_PEER_AUTH);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        start_may_be_called_again,
        random_fills_all_and_differs,
        sha512_known_answers,
        sha512_in_parts_and_in_place,
        hmac_sha512_known_answers,
        hkdf_sha512_known_answers,
        hkdf_expand_is_a_prefix_and_bounded,
        hkdf_of_noise_is_rfc_5869_without_info,
        x25519_of_two_hosts,
        x25519_iterated,
        x25519_low_order_is_refused,
        random_key_pairs_fit_and_differ,
        chacha_known_answer,
        xchacha_known_answer,
        xchacha_is_chacha_under_a_subkey,
        every_bit_is_authenticated,
        sealed_text_has_at_least_a_tag,
        sealing_and_opening_in_place,
        ed25519_known_answers,
        ed25519_every_bit_counts,
        ed25519_is_strict,
    };

    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("crypto", list, T_COUNT(list));
}
