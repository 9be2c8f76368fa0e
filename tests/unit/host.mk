# One form for all: the module's library, Check, what it may need.
host_unit_cppflags = $(AM_CPPFLAGS) $(XLS_PATHS) -I$(srcdir)/tests/unit \
	$(CHECK_CFLAGS)
host_unit_ldadd = libxlsec/libxlsec-core.la $(CHECK_LIBS) $(SODIUM_LIBS) \
	$(JSONC_LIBS) $(INIH_LIBS)

XLS_UNIT += tests/unit/t-host-conf
tests_unit_t_host_conf_SOURCES = tests/unit/t-host-conf.c
tests_unit_t_host_conf_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_host_conf_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-host-policystore
tests_unit_t_host_policystore_SOURCES = tests/unit/t-host-policystore.c
tests_unit_t_host_policystore_CPPFLAGS = $(host_unit_cppflags) $(SODIUM_CFLAGS)
tests_unit_t_host_policystore_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-host-ring
tests_unit_t_host_ring_SOURCES = tests/unit/t-host-ring.c
tests_unit_t_host_ring_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_host_ring_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-host-ipc
tests_unit_t_host_ipc_SOURCES = tests/unit/t-host-ipc.c
tests_unit_t_host_ipc_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_host_ipc_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-host-spawn
tests_unit_t_host_spawn_SOURCES = tests/unit/t-host-spawn.c
tests_unit_t_host_spawn_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_host_spawn_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-toolstack-admit
tests_unit_t_toolstack_admit_SOURCES = tests/unit/t-toolstack-admit.c
tests_unit_t_toolstack_admit_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_toolstack_admit_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-toolstack-crew
tests_unit_t_toolstack_crew_SOURCES = tests/unit/t-toolstack-crew.c
tests_unit_t_toolstack_crew_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_toolstack_crew_LDADD = libxlsec/libxlsec-toolstack.la \
	$(host_unit_ldadd)

XLS_UNIT += tests/unit/t-toolstack-measure
tests_unit_t_toolstack_measure_SOURCES = tests/unit/t-toolstack-measure.c
tests_unit_t_toolstack_measure_CPPFLAGS = $(host_unit_cppflags)
# Xen's headers are GNU C.
tests_unit_t_toolstack_measure_CFLAGS = $(AM_CFLAGS) -std=gnu11
tests_unit_t_toolstack_measure_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=clock_gettime -Wl,--wrap=libxl_get_version_info \
	-Wl,--wrap=read
tests_unit_t_toolstack_measure_LDADD = libxlsec/libxlsec-toolstack.la \
	$(host_unit_ldadd) $(XLS_XEN_LIBS)
XLS_UNIT += tests/unit/t-host-enroll
tests_unit_t_host_enroll_SOURCES = tests/unit/t-host-enroll.c
tests_unit_t_host_enroll_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_host_enroll_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-host-swtpm
tests_unit_t_host_swtpm_SOURCES = tests/unit/t-host-swtpm.c
tests_unit_t_host_swtpm_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_host_swtpm_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=xls_until_ms
tests_unit_t_host_swtpm_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-host-companions
tests_unit_t_host_companions_SOURCES = tests/unit/t-host-companions.c \
	tests/unit/t-host-world.h
tests_unit_t_host_companions_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_host_companions_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=renameat2
tests_unit_t_host_companions_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-toolstack-permit
tests_unit_t_toolstack_permit_SOURCES = tests/unit/t-toolstack-permit.c
tests_unit_t_toolstack_permit_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_toolstack_permit_LDADD = libxlsec/libxlsec-toolstack.la \
	$(host_unit_ldadd)

XLS_UNIT += tests/unit/t-host-journal
tests_unit_t_host_journal_SOURCES = tests/unit/t-host-journal.c
tests_unit_t_host_journal_CPPFLAGS = $(host_unit_cppflags) $(SODIUM_CFLAGS)
# A test has whole journals on its stack.
tests_unit_t_host_journal_CFLAGS = $(AM_CFLAGS) -Wno-frame-larger-than
tests_unit_t_host_journal_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pwrite \
	-Wl,--wrap=fsync -Wl,--wrap=fdatasync
tests_unit_t_host_journal_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-toolstack-pace
tests_unit_t_toolstack_pace_SOURCES = tests/unit/t-toolstack-pace.c
tests_unit_t_toolstack_pace_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_toolstack_pace_LDADD = libxlsec/libxlsec-toolstack.la \
	$(host_unit_ldadd)

XLS_UNIT += tests/unit/t-toolstack-slow
tests_unit_t_toolstack_slow_SOURCES = tests/unit/t-toolstack-slow.c
tests_unit_t_toolstack_slow_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_toolstack_slow_CFLAGS = $(AM_CFLAGS) -std=gnu11
tests_unit_t_toolstack_slow_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=xs_open \
	-Wl,--wrap=xs_close -Wl,--wrap=xs_mkdir -Wl,--wrap=xs_rm \
	-Wl,--wrap=xs_write -Wl,--wrap=xs_set_permissions -Wl,--wrap=xs_read \
	-Wl,--wrap=libxl_domain_sched_params_get \
	-Wl,--wrap=libxl_domain_sched_params_set \
	-Wl,--wrap=libxl_domain_info -Wl,--wrap=libxl_get_online_cpus
tests_unit_t_toolstack_slow_LDADD = libxlsec/libxlsec-toolstack.la \
	$(host_unit_ldadd) $(XLS_XEN_LIBS)

XLS_UNIT += tests/unit/t-toolstack-suspend
tests_unit_t_toolstack_suspend_SOURCES = tests/unit/t-toolstack-suspend.c
tests_unit_t_toolstack_suspend_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_toolstack_suspend_CFLAGS = $(AM_CFLAGS) -std=gnu11
tests_unit_t_toolstack_suspend_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=libxl_domain_suspend -Wl,--wrap=libxl_event_wait \
	-Wl,--wrap=libxl_event_free -Wl,--wrap=libxl_ao_abort \
	-Wl,--wrap=xs_open -Wl,--wrap=xs_close -Wl,--wrap=xs_read \
	-Wl,--wrap=xs_write -Wl,--wrap=xs_transaction_start \
	-Wl,--wrap=xs_transaction_end
tests_unit_t_toolstack_suspend_LDADD = libxlsec/libxlsec-toolstack.la \
	$(host_unit_ldadd) $(XLS_XEN_LIBS)

XLS_UNIT += tests/unit/t-toolstack-mark
tests_unit_t_toolstack_mark_SOURCES = tests/unit/t-toolstack-mark.c
tests_unit_t_toolstack_mark_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_toolstack_mark_CFLAGS = $(AM_CFLAGS) -std=gnu11
tests_unit_t_toolstack_mark_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=xs_open \
	-Wl,--wrap=xs_close -Wl,--wrap=xs_mkdir -Wl,--wrap=xs_rm \
	-Wl,--wrap=xs_write -Wl,--wrap=xs_read \
	-Wl,--wrap=xs_set_permissions
tests_unit_t_toolstack_mark_LDADD = libxlsec/libxlsec-toolstack.la \
	$(host_unit_ldadd) $(XLS_XEN_LIBS)

XLS_UNIT += tests/unit/t-toolstack-sight
tests_unit_t_toolstack_sight_SOURCES = tests/unit/t-toolstack-sight.c
tests_unit_t_toolstack_sight_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_toolstack_sight_CFLAGS = $(AM_CFLAGS) -std=gnu11
tests_unit_t_toolstack_sight_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=xls_xen_open -Wl,--wrap=xc_interface_open \
	-Wl,--wrap=xc_interface_close -Wl,--wrap=xc_domain_getinfolist \
	-Wl,--wrap=xc_shadow_control -Wl,--wrap=libxl_list_domain \
	-Wl,--wrap=libxl_dominfo_list_free -Wl,--wrap=libxl_domid_to_name \
	-Wl,--wrap=libxl_name_to_domid -Wl,--wrap=libxl_get_version_info \
	-Wl,--wrap=libxl_domain_config_from_json \
	-Wl,--wrap=libxl_domain_rename -Wl,--wrap=libxl_domain_resume \
	-Wl,--wrap=libxl_domain_destroy -Wl,--wrap=xls_xen_slow_end \
	-Wl,--wrap=xls_xen_suspend_forget
tests_unit_t_toolstack_sight_LDADD = libxlsec/libxlsec-toolstack.la \
	$(host_unit_ldadd) $(XLS_XEN_LIBS)

XLS_UNIT += tests/unit/t-toolstack-here
tests_unit_t_toolstack_here_SOURCES = tests/unit/t-toolstack-here.c
tests_unit_t_toolstack_here_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_toolstack_here_CFLAGS = $(AM_CFLAGS) -std=gnu11
tests_unit_t_toolstack_here_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=xls_xen_open -Wl,--wrap=xls_xen_close \
	-Wl,--wrap=libxl_name_to_domid -Wl,--wrap=libxl_domid_to_name \
	-Wl,--wrap=libxl_list_domain -Wl,--wrap=libxl_get_version_info \
	-Wl,--wrap=libxl_domain_config_from_json
tests_unit_t_toolstack_here_LDADD = libxlsec/libxlsec-toolstack.la \
	$(host_unit_ldadd) $(XLS_XEN_LIBS)

XLS_UNIT += tests/unit/t-host-seen
tests_unit_t_host_seen_SOURCES = tests/unit/t-host-seen.c
tests_unit_t_host_seen_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_host_seen_LDADD = $(host_unit_ldadd)

XLS_UNIT += tests/unit/t-host-again
tests_unit_t_host_again_SOURCES = tests/unit/t-host-again.c \
	tests/unit/t-host-world.h
tests_unit_t_host_again_CPPFLAGS = $(host_unit_cppflags)
tests_unit_t_host_again_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=renameat2 \
	-Wl,--wrap=renameat -Wl,--wrap=unlinkat -Wl,--wrap=mkdirat \
	-Wl,--wrap=fsync -Wl,--wrap=write -Wl,--wrap=pwrite
tests_unit_t_host_again_LDADD = $(host_unit_ldadd)
