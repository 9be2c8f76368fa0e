# Our ML-KEM against other implementations.
check_PROGRAMS += tests/kem-peer/kem
tests_kem_peer_kem_SOURCES = tests/kem-peer/kem.c
tests_kem_peer_kem_LDADD = $(XLS_KEM) libxlsec/libxlsec-core.la \
	$(SODIUM_LIBS) $(XLS_KEM_LIBS)
XLS_LINT += tests/kem-peer/t-kem.sh
EXTRA_DIST += tests/kem-peer/peer.go
