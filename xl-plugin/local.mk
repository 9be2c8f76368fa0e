# The programs.  Each helper links only what it may see: a lint looks.
XLS_CORE = libxlsec/libxlsec-core.la
XLS_TOOLSTACK = libxlsec/libxlsec-toolstack.la libxlsec/libxlsec-core.la
XLS_XEN_LIBS = $(XENLIGHT_LIBS) $(XENCTRL_LIBS) $(XENSTORE_LIBS) $(XTL_LIBS) \
	$(SODIUM_LIBS) $(JSONC_LIBS) $(INIH_LIBS)

pkglibexec_PROGRAMS += xl-plugin/xlsec-keys xl-plugin/xlsec-wire \
	xl-plugin/xlsec-guard xl-plugin/xlsec-verify
xl_plugin_xlsec_keys_SOURCES = xl-plugin/xlsec-keys.c
xl_plugin_xlsec_keys_LDADD = $(XLS_TPM) $(XLS_CORE) $(SODIUM_LIBS) \
	$(INIH_LIBS) $(XLS_TPM_LIBS)
xl_plugin_xlsec_wire_SOURCES = xl-plugin/xlsec-wire.c
xl_plugin_xlsec_wire_LDADD = $(XLS_KEM) $(XLS_CORE) $(SODIUM_LIBS) \
	$(XLS_KEM_LIBS)
xl_plugin_xlsec_guard_SOURCES = xl-plugin/xlsec-guard.c
xl_plugin_xlsec_guard_LDADD = $(XLS_CORE) $(JSONC_LIBS)
xl_plugin_xlsec_verify_SOURCES = xl-plugin/xlsec-verify.c
xl_plugin_xlsec_verify_LDADD = $(XLS_ATTEST) $(XLS_CORE) $(SODIUM_LIBS) \
	$(XLS_ATTEST_LIBS)

XLS_PLUGIN_CPPFLAGS = $(AM_CPPFLAGS) $(XLS_PATHS) -I$(srcdir)/xl-plugin
# Xen's headers are GNU C.
XLS_GNU_CFLAGS = $(AM_CFLAGS) -std=gnu11

sbin_PROGRAMS += xl-plugin/xl xl-plugin/xl-migrate-secure \
	xl-plugin/xl-secure-recover xl-plugin/xl-secure-status \
	xl-plugin/xlsec xl-plugin/xlsecd
XLS_JOURNALS = xl-plugin/journal-words.c xl-plugin/journals.c \
	xl-plugin/journals.h
XLS_FRONT = $(XLS_JOURNALS) xl-plugin/openguest.c xl-plugin/openguest.h \
	xl-plugin/realxl.h xl-plugin/say.c xl-plugin/say.h xl-plugin/xl.c
XLS_FRONT_LDADD = $(XLS_CORE) $(XENSTORE_LIBS) $(SODIUM_LIBS) $(INIH_LIBS)
xl_plugin_xl_SOURCES = $(XLS_FRONT) xl-plugin/realxl.c
xl_plugin_xl_CPPFLAGS = $(XLS_PLUGIN_CPPFLAGS)
xl_plugin_xl_CFLAGS = $(XLS_GNU_CFLAGS)
xl_plugin_xl_LDADD = $(XLS_FRONT_LDADD)

XLS_MIGRATE = $(XLS_JOURNALS) xl-plugin/override.c xl-plugin/override.h \
	xl-plugin/realxl.c xl-plugin/realxl.h xl-plugin/say.c \
	xl-plugin/say.h xl-plugin/xl-migrate-secure.c
xl_plugin_xl_migrate_secure_SOURCES = $(XLS_MIGRATE)
xl_plugin_xl_migrate_secure_CPPFLAGS = $(XLS_PLUGIN_CPPFLAGS)
xl_plugin_xl_migrate_secure_CFLAGS = $(XLS_GNU_CFLAGS)
xl_plugin_xl_migrate_secure_LDADD = $(XLS_TOOLSTACK) $(XLS_XEN_LIBS)

XLS_RECOVER = $(XLS_JOURNALS) xl-plugin/say.c xl-plugin/say.h \
	xl-plugin/vouch.c xl-plugin/vouch.h xl-plugin/xl-secure-recover.c
xl_plugin_xl_secure_recover_SOURCES = $(XLS_RECOVER)
xl_plugin_xl_secure_recover_CPPFLAGS = $(XLS_PLUGIN_CPPFLAGS)
xl_plugin_xl_secure_recover_CFLAGS = $(XLS_GNU_CFLAGS)
xl_plugin_xl_secure_recover_LDADD = $(XLS_TOOLSTACK) $(XLS_XEN_LIBS)
# It works where Xen does not.
xl_plugin_xl_secure_status_SOURCES = $(XLS_JOURNALS) xl-plugin/say.c \
	xl-plugin/say.h xl-plugin/xl-secure-status.c
xl_plugin_xl_secure_status_CPPFLAGS = $(XLS_PLUGIN_CPPFLAGS)
xl_plugin_xl_secure_status_LDADD = $(XLS_CORE) $(SODIUM_LIBS) $(INIH_LIBS)

xl_plugin_xlsecd_SOURCES = xl-plugin/say.c xl-plugin/say.h xl-plugin/xlsecd.c
xl_plugin_xlsecd_CPPFLAGS = $(XLS_PLUGIN_CPPFLAGS)
xl_plugin_xlsecd_CFLAGS = $(XLS_GNU_CFLAGS)
xl_plugin_xlsecd_LDADD = $(XLS_TOOLSTACK) $(XLS_XEN_LIBS)

xl_plugin_xlsec_SOURCES = xl-plugin/attest.c xl-plugin/bench.c xl-plugin/check.c \
	xl-plugin/check.h xl-plugin/check-quote.c xl-plugin/check-quote.h \
	xl-plugin/enroll.c xl-plugin/enroll.h \
	xl-plugin/explain.c xl-plugin/explain.h \
	xl-plugin/policy.c xl-plugin/policy.h xl-plugin/policy-appraise.c \
	xl-plugin/policy-claims.c xl-plugin/policy-host.c xl-plugin/policy-learn.c \
	xl-plugin/id.c xl-plugin/identityfile.c xl-plugin/identityfile.h \
	xl-plugin/init.c xl-plugin/revoke.c \
	xl-plugin/madestream.c xl-plugin/madestream.h xl-plugin/say.c \
	xl-plugin/say.h xl-plugin/standin.c xl-plugin/standin.h \
	xl-plugin/trust.c xl-plugin/twohosts.c xl-plugin/twohosts.h \
	xl-plugin/xlsec.c xl-plugin/xlsec.h
xl_plugin_xlsec_CPPFLAGS = $(XLS_PLUGIN_CPPFLAGS)
xl_plugin_xlsec_CFLAGS = $(XLS_GNU_CFLAGS)
xl_plugin_xlsec_LDADD = $(XLS_TPM) $(XLS_TOOLSTACK) $(XLS_XEN_LIBS) \
	$(XLS_TPM_LIBS)
if TPM
xl_plugin_xlsec_SOURCES += xl-plugin/check-quote-run.c \
	xl-plugin/enroll-challenge.c xl-plugin/enroll-steps.c
else
xl_plugin_xlsec_SOURCES += xl-plugin/check-quote-none.c \
	xl-plugin/enroll-none.c
endif
