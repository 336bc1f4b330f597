/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Allocation of memory in amounts that come from hostile input: a failure is
 * reported to the caller, never fatal.  Free with free(). */

#ifndef OKOBPF_MEM_H
#define OKOBPF_MEM_H 1

#include <stddef.h>
#include <stdint.h>

/* Returns zeroed memory for 'n' (0 is fine) objects of 'size' bytes, or NULL
 * if there is not so much. */
void *okobpf_mem_alloc(uint64_t n, size_t size);

/* Resizes 'p', from okobpf_mem_alloc() or NULL, to 'n' objects of 'size'
 * bytes.  What is new is not initialized.  Returns NULL, with 'p' as it was,
 * if there is not so much memory. */
void *okobpf_mem_resize(void *p, uint64_t n, size_t size);

/* As mem_alloc(1, size), aligned to a cache line. */
void *okobpf_mem_alloc_aligned(uint64_t size);

/* Returns 'size' bytes of zeros, aligned to a page, that take memory only as
 * they are touched, or NULL.  Give them back with okobpf_mem_unmap(). */
void *okobpf_mem_map(uint64_t size);
void okobpf_mem_unmap(void *p, uint64_t size);

/* Takes the memory for the first 'size' bytes at 'p', from okobpf_mem_map(),
 * now, as far as there is some. */
void okobpf_mem_populate(void *p, uint64_t size);

#endif /* mem.h */
