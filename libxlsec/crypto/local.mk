libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/crypto/aead.c libxlsec/crypto/aead.h \
	libxlsec/crypto/dh.c libxlsec/crypto/dh.h \
	libxlsec/crypto/hash.c libxlsec/crypto/hash.h \
	libxlsec/crypto/hkdf.c libxlsec/crypto/hkdf.h \
	libxlsec/crypto/kem.c libxlsec/crypto/kem.h \
	libxlsec/crypto/sign.c libxlsec/crypto/sign.h \
	libxlsec/crypto/start.c libxlsec/crypto/start.h

# A library of its own: only wire is linked with whatever has ML-KEM.
noinst_LTLIBRARIES += libxlsec/libxlsec-kem.la
libxlsec_libxlsec_kem_la_SOURCES =
libxlsec_libxlsec_kem_la_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS) \
	$(KEM_CFLAGS)
XLS_KEM = libxlsec/libxlsec-kem.la
XLS_KEM_LIBS = $(KEM_LIBS)
if KEM_OPENSSL
libxlsec_libxlsec_kem_la_SOURCES += libxlsec/crypto/kem-openssl.c
else
if KEM_SODIUM
libxlsec_libxlsec_kem_la_SOURCES += libxlsec/crypto/kem-sodium.c
else
libxlsec_libxlsec_kem_la_SOURCES += libxlsec/crypto/kem-none.c
endif
endif
