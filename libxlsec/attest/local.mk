# A library of its own: only what verifies Evidence is linked with the TPM's
# structures and libcrypto, where there are any.
XLS_ATTEST = libxlsec/libxlsec-attest.la
noinst_LTLIBRARIES += libxlsec/libxlsec-attest.la
libxlsec_libxlsec_attest_la_SOURCES = \
	libxlsec/attest/appraise.c libxlsec/attest/appraise.h \
	libxlsec/attest/appraise-private.h libxlsec/attest/appraise-software.c \
	libxlsec/attest/lean.h \
	libxlsec/host/verify.c
if TPM
XLS_ATTEST_LIBS = $(TSS2MU_LIBS) $(CRYPTO_LIBS)
libxlsec_libxlsec_attest_la_SOURCES += \
	libxlsec/attest/ak.c libxlsec/attest/ak.h \
	libxlsec/attest/appraise-tpm.c \
	libxlsec/attest/area.c libxlsec/attest/area.h \
	libxlsec/attest/credential.c libxlsec/attest/credential.h \
	libxlsec/attest/ekcert.c libxlsec/attest/ekcert.h \
	libxlsec/attest/lean.c \
	libxlsec/attest/pcrs-digest.c \
	libxlsec/attest/quote.c libxlsec/attest/quote.h
else
libxlsec_libxlsec_attest_la_SOURCES += libxlsec/attest/appraise-tpm-none.c
endif
libxlsec_libxlsec_attest_la_CPPFLAGS = $(AM_CPPFLAGS) $(TSS2MU_CFLAGS) \
	$(CRYPTO_CFLAGS) $(SODIUM_CFLAGS)

# Logs, names, values, policies and software Evidence need neither.
libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/attest/binder.c libxlsec/attest/binder.h \
	libxlsec/attest/claimlog.c libxlsec/attest/claimlog.h \
	libxlsec/attest/claims.h \
	libxlsec/attest/enroll.c libxlsec/attest/enroll.h \
	libxlsec/attest/eventlog.c libxlsec/attest/eventlog.h \
	libxlsec/attest/evidence.c libxlsec/attest/evidence.h \
	libxlsec/attest/extend.c libxlsec/attest/extend.h \
	libxlsec/attest/hex.c libxlsec/attest/hex.h \
	libxlsec/attest/imalog.c libxlsec/attest/imalog.h \
	libxlsec/attest/kind.h \
	libxlsec/attest/name.c libxlsec/attest/name.h \
	libxlsec/attest/minisign.c libxlsec/attest/minisign.h \
	libxlsec/attest/pcrs.c libxlsec/attest/pcrs.h \
	libxlsec/attest/policy.h \
	libxlsec/attest/policy-appraise.c \
	libxlsec/attest/policy-close.c \
	libxlsec/attest/policy-explain.c \
	libxlsec/attest/policy-ima.c \
	libxlsec/attest/policy-learn.c libxlsec/attest/policy-learn.h \
	libxlsec/attest/policy-listed.c \
	libxlsec/attest/policy-private.h \
	libxlsec/attest/policy-read.c \
	libxlsec/attest/policy-reader.h \
	libxlsec/attest/policy-words.c \
	libxlsec/attest/quote-clock.c \
	libxlsec/attest/reason.c libxlsec/attest/reason.h \
	libxlsec/attest/scheme.c libxlsec/attest/scheme.h \
	libxlsec/attest/softlog.c libxlsec/attest/softlog.h \
	libxlsec/attest/software.c libxlsec/attest/software.h \
	libxlsec/attest/spki.c libxlsec/attest/spki.h
