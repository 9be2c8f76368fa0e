libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/crypto/aead.c libxlsec/crypto/aead.h \
	libxlsec/crypto/dh.c libxlsec/crypto/dh.h \
	libxlsec/crypto/hash.c libxlsec/crypto/hash.h \
	libxlsec/crypto/hkdf.c libxlsec/crypto/hkdf.h \
	libxlsec/crypto/sign.c libxlsec/crypto/sign.h \
	libxlsec/crypto/start.c libxlsec/crypto/start.h
