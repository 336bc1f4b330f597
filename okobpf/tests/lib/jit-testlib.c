/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

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
