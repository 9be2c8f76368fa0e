libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/host/bootlogs.c libxlsec/host/bootlogs.h \
	libxlsec/host/cage.c libxlsec/host/cage.h \
	libxlsec/host/clock.c libxlsec/host/clock.h \
	libxlsec/host/conf.c libxlsec/host/conf.h \
	libxlsec/host/fd.c libxlsec/host/fd.h \
	libxlsec/host/guard.c \
	libxlsec/host/ini.c libxlsec/host/ini.h \
	libxlsec/host/ipc.c libxlsec/host/ipc.h \
	libxlsec/host/keyfile.c libxlsec/host/keyfile.h \
	libxlsec/host/keytext.c libxlsec/host/keytext.h \
	libxlsec/host/keys.c \
	libxlsec/host/msg.c libxlsec/host/msg.h \
	libxlsec/host/net.c libxlsec/host/net.h \
	libxlsec/host/oracle.c libxlsec/host/oracle.h \
	libxlsec/host/policystore.c libxlsec/host/policystore.h \
	libxlsec/host/policyversion.c libxlsec/host/policyversion.h \
	libxlsec/host/ring.c libxlsec/host/ring.h \
	libxlsec/host/role.h \
	libxlsec/host/spawn.c libxlsec/host/spawn.h \
	libxlsec/host/wire.c \
	libxlsec/host/wiresay.c libxlsec/host/wiresay.h
