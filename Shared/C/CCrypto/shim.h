// OpenSSL's libcrypto, as far as the module JOSE needs it.
#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

/// A key on P-256 of an uncompressed point and, if there is one, its secret; null if libcrypto refuses them.
/// Here and not in Swift, because OSSL_PARAM_BLD keeps the pointers to its names until the parameters are made: string
/// literals of C live for ever, a Swift string lent to a call only as long as the call.
static inline EVP_PKEY *ccrypto_p256_key(const unsigned char *point, size_t pointBytes, const BIGNUM *secret) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (builder && context
        && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1
        && OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, pointBytes) == 1
        && (!secret || OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, secret) == 1)
        && (parameters = OSSL_PARAM_BLD_to_param(builder)) != NULL
        && EVP_PKEY_fromdata_init(context) == 1) {
        int selection = secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
        if (EVP_PKEY_fromdata(context, &key, selection, parameters) != 1) key = NULL;
    }
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

/// 1 if a point of edwards25519 has this y (little-endian, the sign of x in the highest bit left out): libcrypto takes
/// any 32 bytes for a public key and finds out at each signature only. x² is (y² - 1) / (d·y² + 1) (RFC 8032 section
/// 5.1.3); it has a root where (y² - 1)·(d·y² + 1) has one, since the two differ by a square.
static inline int ccrypto_ed25519_is_point(const unsigned char point[32]) {
    static const char prime[] = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
    static const char curve[] = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";
    unsigned char bytes[32];
    int is_point = 0;
    for (int i = 0; i < 32; i++) bytes[i] = point[i];
    bytes[31] &= 0x7F;
    BN_CTX *context = BN_CTX_new();
    BIGNUM *p = NULL, *d = NULL, *y = BN_lebin2bn(bytes, 32, NULL), *u = BN_new(), *v = BN_new();
    if (context && y && u && v && BN_hex2bn(&p, prime) && BN_hex2bn(&d, curve)
        && BN_mod_sqr(u, y, p, context)           // y²
        && BN_mod_mul(v, d, u, p, context)        // d·y²
        && BN_add_word(v, 1) && BN_sub(u, u, BN_value_one())
        && BN_mod_mul(u, u, v, p, context)) {
        int symbol = BN_kronecker(u, p, context);
        is_point = symbol == 0 || symbol == 1;
    }
    BN_free(p);
    BN_free(d);
    BN_free(y);
    BN_free(u);
    BN_free(v);
    BN_CTX_free(context);
    return is_point;
}
