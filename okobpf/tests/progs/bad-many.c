/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* 65 maps. */

#include "prog.h"

#define MAP(N) struct map_def m##N = { ARRAY, sizeof(u32), sizeof(u64), 1, 0 };
#define USE(N) if (map_lookup(&m##N, &key)) { return N; }
#define EIGHT(X, N) X(N##0) X(N##1) X(N##2) X(N##3) X(N##4) X(N##5) X(N##6) \
    X(N##7)
#define ALL(X) EIGHT(X, 1) EIGHT(X, 2) EIGHT(X, 3) EIGHT(X, 4) EIGHT(X, 5) \
    EIGHT(X, 6) EIGHT(X, 7) EIGHT(X, 8) X(99)

ALL(MAP)

u64
entry(const u8 *pkt, u64 len)
{
    u32 key = 0;

    ALL(USE)
    return 0;
}
