# The library: levels as folders (DESIGN), each with its own list.
noinst_LTLIBRARIES += libxlsec/libxlsec-core.la
libxlsec_libxlsec_core_la_SOURCES =
libxlsec_libxlsec_core_la_CPPFLAGS = $(AM_CPPFLAGS) $(XLS_PATHS) \
	$(SODIUM_CFLAGS) $(JSONC_CFLAGS) $(INIH_CFLAGS)

include libxlsec/base/local.mk
include libxlsec/crypto/local.mk
include libxlsec/xenfmt/local.mk
include libxlsec/attest/local.mk
include libxlsec/proto/local.mk
include libxlsec/channel/local.mk
include libxlsec/host/local.mk
include libxlsec/toolstack/local.mk
