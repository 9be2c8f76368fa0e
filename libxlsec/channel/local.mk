libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/channel/admit.c libxlsec/channel/admit.h
