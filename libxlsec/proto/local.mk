libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/proto/archive.c libxlsec/proto/archive.h \
	libxlsec/proto/cipher.c \
	libxlsec/proto/companion.c libxlsec/proto/companion.h \
	libxlsec/proto/control.c libxlsec/proto/control.h \
	libxlsec/proto/frame.c libxlsec/proto/frame.h \
	libxlsec/proto/handover.c libxlsec/proto/handover.h \
	libxlsec/proto/lease.c libxlsec/proto/lease.h \
	libxlsec/proto/noise.c libxlsec/proto/noise.h \
	libxlsec/proto/order.c libxlsec/proto/order.h \
	libxlsec/proto/payload.c libxlsec/proto/payload.h \
	libxlsec/proto/psk.c libxlsec/proto/psk.h \
	libxlsec/proto/record.c libxlsec/proto/record.h \
	libxlsec/proto/role.h \
	libxlsec/proto/session-hello.c \
	libxlsec/proto/session-in.c libxlsec/proto/session-out.c \
	libxlsec/proto/session-private.h \
	libxlsec/proto/session.c libxlsec/proto/session.h \
	libxlsec/proto/suite.c libxlsec/proto/suite.h \
	libxlsec/proto/symmetric.c libxlsec/proto/symmetric.h \
	libxlsec/proto/text.c libxlsec/proto/text.h
