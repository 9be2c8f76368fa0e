/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/hvm_dev.c"
