libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/base/guest.h \
	libxlsec/base/num.h \
	libxlsec/base/rc.c libxlsec/base/rc.h \
	libxlsec/base/rd.c libxlsec/base/rd.h \
	libxlsec/base/secret.c libxlsec/base/secret.h \
	libxlsec/base/why.c libxlsec/base/why.h \
	libxlsec/base/wr.c libxlsec/base/wr.h
