#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The guard is no bottleneck (5 GB/s of page data on one core, and half of that
# where every page is a page table), and its memory does not follow the guest's.
set -eu
if nm tests/streams/guard-speed 2>/dev/null | grep -q __asan_init; then
    echo "skipped: sanitizers have their own speed and memory"
    exit 77
fi
exec tests/streams/guard-speed 2 5
