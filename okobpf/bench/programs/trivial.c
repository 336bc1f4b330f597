/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What a program costs at least: it lets every packet pass. */

#include "program.h"

PROGRAM(const void *pkt, uint64_t pkt_len)
{
    (void) pkt, (void) pkt_len;
    return 1;
}
