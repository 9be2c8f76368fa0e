libxlsec_libxlsec_core_la_SOURCES +=
