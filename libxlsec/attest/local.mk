# A library of its own: only what verifies Evidence is linked with the TPM's
# structures and libcrypto.  Both names are empty in a build without TPMs.
if TPM
XLS_ATTEST = libxlsec/libxlsec-attest.la
XLS_ATTEST_LIBS = $(TSS2MU_LIBS) $(CRYPTO_LIBS)
noinst_LTLIBRARIES += libxlsec/libxlsec-attest.la
endif
libxlsec_libxlsec_attest_la_SOURCES = \
	libxlsec/attest/ak.c libxlsec/attest/ak.h \
	libxlsec/attest/area.c libxlsec/attest/area.h \
	libxlsec/attest/credential.c libxlsec/attest/credential.h \
	libxlsec/attest/ekcert.c libxlsec/attest/ekcert.h \
	libxlsec/attest/pcrs-digest.c \
	libxlsec/attest/quote.c libxlsec/attest/quote.h
libxlsec_libxlsec_attest_la_CPPFLAGS = $(AM_CPPFLAGS) $(TSS2MU_CFLAGS) \
	$(CRYPTO_CFLAGS)

# Logs, names and values need neither.
libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/attest/enroll.c libxlsec/attest/enroll.h \
	libxlsec/attest/eventlog.c libxlsec/attest/eventlog.h \
	libxlsec/attest/extend.c libxlsec/attest/extend.h \
	libxlsec/attest/imalog.c libxlsec/attest/imalog.h \
	libxlsec/attest/kind.h \
	libxlsec/attest/name.c libxlsec/attest/name.h \
	libxlsec/attest/pcrs.c libxlsec/attest/pcrs.h \
	libxlsec/attest/reason.c libxlsec/attest/reason.h \
	libxlsec/attest/scheme.c libxlsec/attest/scheme.h \
	libxlsec/attest/spki.c libxlsec/attest/spki.h
