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

/* Accepts all packets, in an object file that is at least BYTES long. */

#include <oko/filter.h>

#define TO_STRING(X) TO_STRING__(X)
#define TO_STRING__(X) #X

__asm__(".section .ballast, \"\", @progbits\n"
        ".zero " TO_STRING(BYTES) "\n"
        ".text\n");

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    (void) pkt;
    (void) pkt_len;
    return 1;
}
