/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "jit-testlib.h"

#include <stdarg.h>

static unsigned int n_checks, n_failures;

bool
check(bool ok, const char *what, ...)
{
    n_checks++;
    if (!ok) {
        va_list args;

        va_start(args, what);
        vprintf(what, args);
        va_end(args);
        putchar('\n');
        n_failures++;
    }
    return ok;
}

int
check_report(const char *name)
{
    printf("%s: %u checks, %u failures\n", name, n_checks, n_failures);
    return n_failures || !n_checks ? EXIT_FAILURE : EXIT_SUCCESS;
}
