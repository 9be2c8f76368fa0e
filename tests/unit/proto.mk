noinst_PROGRAMS += tests/noise-vectors
tests_noise_vectors_SOURCES = tests/noise-vectors.c \
	tests/unit/t-noise-oracle.h
tests_noise_vectors_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests \
	$(SODIUM_CFLAGS) $(JSONC_CFLAGS)
tests_noise_vectors_LDADD = libxlsec/libxlsec-core.la $(SODIUM_LIBS) \
	$(JSONC_LIBS)
XLS_LINT += tests/noise-peer/t-vectors.sh

check_PROGRAMS += tests/noise-peer/drive
tests_noise_peer_drive_SOURCES = tests/noise-peer/drive.c \
	tests/unit/t-noise-oracle.h
tests_noise_peer_drive_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests \
	$(SODIUM_CFLAGS)
tests_noise_peer_drive_LDADD = libxlsec/libxlsec-core.la $(SODIUM_LIBS)
XLS_LINT += tests/noise-peer/t-peer.sh
EXTRA_DIST += tests/noise-peer/peer.go
