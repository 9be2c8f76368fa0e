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

# One form for all: the module's library, Check, libsodium.
proto_unit_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit $(CHECK_CFLAGS) \
	$(SODIUM_CFLAGS) $(JSONC_CFLAGS)
proto_unit_ldadd = libxlsec/libxlsec-core.la $(CHECK_LIBS) $(SODIUM_LIBS) \
	$(JSONC_LIBS)
EXTRA_DIST += tests/unit/t-crypto-hex.h

XLS_UNIT += tests/unit/t-crypto
tests_unit_t_crypto_SOURCES = tests/unit/t-crypto.c
tests_unit_t_crypto_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_crypto_LDADD = $(proto_unit_ldadd)

XLS_UNIT += tests/unit/t-crypto-wycheproof
tests_unit_t_crypto_wycheproof_SOURCES = tests/unit/t-crypto-wycheproof.c
tests_unit_t_crypto_wycheproof_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_crypto_wycheproof_LDADD = $(proto_unit_ldadd)

# What the destination does before it knows a peer is counted.
XLS_UNIT += tests/unit/t-noise
tests_unit_t_noise_SOURCES = tests/unit/t-noise.c tests/unit/t-noise-oracle.h
tests_unit_t_noise_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_noise_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=crypto_scalarmult \
	-Wl,--wrap=crypto_scalarmult_base -Wl,--wrap=randombytes_buf
tests_unit_t_noise_LDADD = $(proto_unit_ldadd)

XLS_UNIT += tests/unit/t-noise-payload
tests_unit_t_noise_payload_SOURCES = tests/unit/t-noise-payload.c
tests_unit_t_noise_payload_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_noise_payload_LDADD = $(proto_unit_ldadd)

XLS_UNIT += tests/unit/t-proto-control
tests_unit_t_proto_control_SOURCES = tests/unit/t-proto-control.c \
	tests/unit/t-proto-sample.h
tests_unit_t_proto_control_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_proto_control_LDADD = $(proto_unit_ldadd)

XLS_UNIT += tests/unit/t-record
tests_unit_t_record_SOURCES = tests/unit/t-record.c
tests_unit_t_record_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_record_LDADD = $(proto_unit_ldadd)
EXTRA_DIST += tests/noise-peer/record-model.py

XLS_UNIT += tests/unit/t-session
tests_unit_t_session_SOURCES = tests/unit/t-session.c \
	tests/unit/t-session-pair.h
tests_unit_t_session_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_session_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=aligned_alloc \
	-Wl,--wrap=xls_wipe -Wl,--wrap=randombytes_buf
tests_unit_t_session_LDADD = $(proto_unit_ldadd)

XLS_UNIT += tests/unit/t-session-order
tests_unit_t_session_order_SOURCES = tests/unit/t-session-order.c \
	tests/unit/t-session-pair.h
tests_unit_t_session_order_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_session_order_LDADD = $(proto_unit_ldadd)

XLS_UNIT += tests/unit/t-session-hostile
tests_unit_t_session_hostile_SOURCES = tests/unit/t-session-hostile.c \
	tests/unit/t-session-pair.h
tests_unit_t_session_hostile_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_session_hostile_LDADD = $(proto_unit_ldadd)

# ML-KEM can be had, be absent, be a toy, or fail.
XLS_UNIT += tests/unit/t-session-kem
tests_unit_t_session_kem_SOURCES = tests/unit/t-session-kem.c \
	tests/unit/t-session-pair.h
tests_unit_t_session_kem_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_session_kem_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=xls_wipe
tests_unit_t_session_kem_LDADD = $(XLS_KEM) $(proto_unit_ldadd) \
	$(XLS_KEM_LIBS)

XLS_UNIT += tests/unit/t-crypto-kem
tests_unit_t_crypto_kem_SOURCES = tests/unit/t-crypto-kem.c
tests_unit_t_crypto_kem_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_crypto_kem_LDADD = $(XLS_KEM) $(proto_unit_ldadd) \
	$(XLS_KEM_LIBS)

XLS_UNIT += tests/unit/t-proto-companion
tests_unit_t_proto_companion_SOURCES = tests/unit/t-proto-companion.c
tests_unit_t_proto_companion_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_proto_companion_LDADD = $(proto_unit_ldadd)

XLS_UNIT += tests/unit/t-proto-lease
tests_unit_t_proto_lease_SOURCES = tests/unit/t-proto-lease.c
tests_unit_t_proto_lease_CPPFLAGS = $(proto_unit_cppflags)
tests_unit_t_proto_lease_LDADD = $(proto_unit_ldadd)
