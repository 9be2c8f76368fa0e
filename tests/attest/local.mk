# Evidence: what a TPM says.  tests/data/quotes is what make-quotes made once,
# t-tpm.sh makes new ones.
EXTRA_DIST += tests/attest/make-quotes tests/data/quotes tests/data/boots
if HAVE_CHECK
XLS_UNIT += tests/attest/t-logs
tests_attest_t_logs_SOURCES = tests/attest/t-logs.c tests/unit/t.h
tests_attest_t_logs_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit \
	$(CHECK_CFLAGS) $(SODIUM_CFLAGS)
tests_attest_t_logs_LDADD = libxlsec/libxlsec-core.la $(SODIUM_LIBS) \
	$(CHECK_LIBS)

XLS_UNIT += tests/attest/t-software
tests_attest_t_software_SOURCES = tests/attest/t-software.c tests/unit/t.h
tests_attest_t_software_CPPFLAGS = $(tests_attest_t_logs_CPPFLAGS)
tests_attest_t_software_LDADD = $(tests_attest_t_logs_LDADD)

XLS_UNIT += tests/attest/t-evidence
tests_attest_t_evidence_SOURCES = tests/attest/t-evidence.c tests/unit/t.h
tests_attest_t_evidence_CPPFLAGS = $(tests_attest_t_logs_CPPFLAGS)
tests_attest_t_evidence_LDADD = $(XLS_ATTEST) $(tests_attest_t_logs_LDADD) \
	$(XLS_ATTEST_LIBS)

XLS_UNIT += tests/attest/t-policy
tests_attest_t_policy_SOURCES = tests/attest/t-policy.c tests/attest/logs.c \
	tests/attest/logs.h tests/unit/t.h
tests_attest_t_policy_CPPFLAGS = $(tests_attest_t_logs_CPPFLAGS) \
	-I$(srcdir)/tests/attest
tests_attest_t_policy_LDADD = $(tests_attest_t_logs_LDADD)

XLS_UNIT += tests/attest/t-minisign
tests_attest_t_minisign_SOURCES = tests/attest/t-minisign.c tests/unit/t.h
tests_attest_t_minisign_CPPFLAGS = $(tests_attest_t_logs_CPPFLAGS)
tests_attest_t_minisign_LDADD = $(tests_attest_t_logs_LDADD)
endif
if TPM
if HAVE_CHECK
attest_sources = tests/attest/quotes.c tests/attest/quotes.h tests/unit/t.h
attest_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit \
	-I$(srcdir)/tests/attest $(CHECK_CFLAGS) $(CRYPTO_CFLAGS)
attest_ldadd = $(XLS_ATTEST) libxlsec/libxlsec-core.la $(SODIUM_LIBS) \
	$(XLS_ATTEST_LIBS) $(CHECK_LIBS)

XLS_UNIT += tests/attest/t-quote tests/attest/t-rules tests/attest/t-enrolled
tests_attest_t_quote_SOURCES = tests/attest/t-quote.c $(attest_sources)
tests_attest_t_quote_CPPFLAGS = $(attest_cppflags)
tests_attest_t_quote_LDADD = $(attest_ldadd)

tests_attest_t_rules_SOURCES = tests/attest/t-rules.c $(attest_sources)
tests_attest_t_rules_CPPFLAGS = $(attest_cppflags)
tests_attest_t_rules_LDADD = $(attest_ldadd)

tests_attest_t_enrolled_SOURCES = tests/attest/t-enrolled.c $(attest_sources)
tests_attest_t_enrolled_CPPFLAGS = $(attest_cppflags)
tests_attest_t_enrolled_LDADD = $(attest_ldadd)

XLS_UNIT += tests/attest/t-area
tests_attest_t_area_SOURCES = tests/attest/t-area.c tests/unit/t.h
tests_attest_t_area_CPPFLAGS = $(attest_cppflags)
tests_attest_t_area_LDADD = $(attest_ldadd)

XLS_UNIT += tests/attest/t-ek
tests_attest_t_ek_SOURCES = tests/attest/t-ek.c tests/unit/t.h
tests_attest_t_ek_CPPFLAGS = $(attest_cppflags) $(SODIUM_CFLAGS)
tests_attest_t_ek_LDADD = $(attest_ldadd)

# what t-host-tpm.sh runs
check_PROGRAMS += tests/attest/host-tpm
tests_attest_host_tpm_SOURCES = tests/attest/host-tpm.c tests/unit/t.h
tests_attest_host_tpm_CPPFLAGS = $(attest_cppflags) $(TSS2ESYS_CFLAGS) \
	$(SODIUM_CFLAGS)
tests_attest_host_tpm_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=Esys_Quote
tests_attest_host_tpm_LDADD = $(XLS_TPM) libxlsec/libxlsec-core.la \
	$(SODIUM_LIBS) $(XLS_TPM_LIBS) $(CHECK_LIBS)
endif
check_PROGRAMS += tests/attest/credential
tests_attest_credential_SOURCES = tests/attest/credential.c
tests_attest_credential_LDADD = $(XLS_TPM) libxlsec/libxlsec-core.la \
	$(SODIUM_LIBS) $(XLS_TPM_LIBS)
endif
check_PROGRAMS += tests/attest/no-tpm
tests_attest_no_tpm_SOURCES = tests/attest/no-tpm.c xl-plugin/check-quote.c \
	xl-plugin/check-quote-none.c xl-plugin/check-quote.h xl-plugin/say.c \
	xl-plugin/say.h
tests_attest_no_tpm_CPPFLAGS = $(XLS_PLUGIN_CPPFLAGS)
tests_attest_no_tpm_LDADD = $(XLS_TOOLSTACK) $(SODIUM_LIBS) $(JSONC_LIBS) \
	$(INIH_LIBS)
XLS_LINT += tests/attest/t-tpm.sh tests/attest/t-host-tpm.sh \
	tests/attest/t-enroll.sh
EXTRA_DIST += tests/attest/swtpm.sh
XLS_LINT += tests/attest/t-tpm.sh tests/attest/t-policy.sh
