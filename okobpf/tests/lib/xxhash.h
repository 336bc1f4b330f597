/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifndef OKOBPF_MAPS_XXHASH_H
#define OKOBPF_MAPS_XXHASH_H 1

#include <stddef.h>
#include <stdint.h>

/* Returns the 64-bit xxHash, XXH64, of the 'n' bytes at 'p'. */
uint64_t xxhash64(const void *p, size_t n, uint64_t seed);

#endif /* xxhash.h */
