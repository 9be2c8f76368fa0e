/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/world.h"

#include "base/num.h"
