/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifndef OKOBPF_OBJECT_SHA1_H
#define OKOBPF_OBJECT_SHA1_H 1

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20            /* Bytes. */

/* Stores the SHA-1 digest of the 'n' bytes at 'p' in 'digest'. */
void okobpf_sha1(const void *p, size_t n, uint8_t digest[SHA1_SIZE]);

#endif /* sha1.h */
