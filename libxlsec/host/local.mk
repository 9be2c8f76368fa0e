libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/host/arbiter-by.c libxlsec/host/arbiter.h \
	libxlsec/host/audit.c libxlsec/host/audit.h \
	libxlsec/host/boot.c libxlsec/host/boot.h \
	libxlsec/host/bootlogs.c libxlsec/host/bootlogs.h \
	libxlsec/host/bundle.c libxlsec/host/bundle.h \
	libxlsec/host/cage.c libxlsec/host/cage.h \
	libxlsec/host/clock.c libxlsec/host/clock.h \
	libxlsec/host/contents.c libxlsec/host/contents.h \
	libxlsec/host/conf.c libxlsec/host/conf.h libxlsec/host/conf-peers.c \
	libxlsec/host/enrolment.c libxlsec/host/enrolment.h \
	libxlsec/host/fd.c libxlsec/host/fd.h \
	libxlsec/host/generation.c libxlsec/host/generation.h \
	libxlsec/host/guard.c \
	libxlsec/host/guests.c libxlsec/host/guests.h \
	libxlsec/host/ini.c libxlsec/host/ini.h \
	libxlsec/host/ipc.c libxlsec/host/ipc.h \
	libxlsec/host/journal-begin.c libxlsec/host/journal-file.c \
	libxlsec/host/journal-list.c \
	libxlsec/host/journal-private.h libxlsec/host/journal-read.c \
	libxlsec/host/journal-text.c libxlsec/host/journal-text.h \
	libxlsec/host/journal.c libxlsec/host/journal.h \
	libxlsec/host/keep.c libxlsec/host/keep.h \
	libxlsec/host/keyfile.c libxlsec/host/keyfile.h \
	libxlsec/host/keytext.c libxlsec/host/keytext.h \
	libxlsec/host/msg.c libxlsec/host/msg.h \
	libxlsec/host/net.c libxlsec/host/net.h \
	libxlsec/host/oracle.c libxlsec/host/oracle.h \
	libxlsec/host/peerfile.c libxlsec/host/peerfile.h \
	libxlsec/host/pack-again.c libxlsec/host/pack-delete.c \
	libxlsec/host/pack-end.c libxlsec/host/pack-private.h \
	libxlsec/host/pack-read.c \
	libxlsec/host/pack.c libxlsec/host/pack.h \
	libxlsec/host/peerproof.c libxlsec/host/peerproof.h \
	libxlsec/host/pieces.c libxlsec/host/pieces.h \
	libxlsec/host/place-again.c libxlsec/host/place-end.c \
	libxlsec/host/place-private.h libxlsec/host/place-stage.c \
	libxlsec/host/place.c libxlsec/host/place.h \
	libxlsec/host/policystore.c libxlsec/host/policystore.h \
	libxlsec/host/policyversion.c libxlsec/host/policyversion.h \
	libxlsec/host/pending.c \
	libxlsec/host/revoked.c libxlsec/host/revoked.h \
	libxlsec/host/ring.c libxlsec/host/ring.h \
	libxlsec/host/role.h \
	libxlsec/host/seen.c libxlsec/host/seen.h \
	libxlsec/host/shred.c libxlsec/host/shred.h \
	libxlsec/host/spawn.c libxlsec/host/spawn.h \
	libxlsec/host/swtpm.c libxlsec/host/swtpm.h \
	libxlsec/host/traces.c libxlsec/host/traces.h \
	libxlsec/host/verify.h libxlsec/host/verifymsg.c \
	libxlsec/host/wire.c \
	libxlsec/host/wiresay.c libxlsec/host/wiresay.h \
	libxlsec/host/wireshow.c libxlsec/host/wireshow.h

# A library of its own: only what speaks to a TPM is linked with tpm2-tss: the
# process that holds the keys, and what makes them.
XLS_TPM = libxlsec/libxlsec-tpm.la $(XLS_ATTEST)
noinst_LTLIBRARIES += libxlsec/libxlsec-tpm.la
libxlsec_libxlsec_tpm_la_SOURCES = libxlsec/host/attester.c \
	libxlsec/host/attester.h libxlsec/host/hostkey.c \
	libxlsec/host/hostkey.h libxlsec/host/identity.c \
	libxlsec/host/identity.h libxlsec/host/keys.c libxlsec/host/tpm.h \
	libxlsec/host/tpm-which.c
if TPM
libxlsec_libxlsec_tpm_la_SOURCES += libxlsec/host/tpm.c \
	libxlsec/host/tpm-ek.c \
	libxlsec/host/tpm-private.h libxlsec/host/tpm-quote.c \
	libxlsec/host/tpm-seal.c
XLS_TPM_LIBS = $(TSS2ESYS_LIBS) $(TSS2TCTI_LIBS) $(TSS2RC_LIBS) \
	$(XLS_ATTEST_LIBS)
else
libxlsec_libxlsec_tpm_la_SOURCES += libxlsec/host/tpm-none.c
endif
libxlsec_libxlsec_tpm_la_CPPFLAGS = $(AM_CPPFLAGS) $(XLS_PATHS) $(SODIUM_CFLAGS) \
	$(TSS2ESYS_CFLAGS) $(TSS2TCTI_CFLAGS) $(TSS2RC_CFLAGS)
