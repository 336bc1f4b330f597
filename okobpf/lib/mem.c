/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CACHE_LINE_SIZE 64

void *
okobpf_mem_alloc(uint64_t n, size_t size)
{
    void *p = NULL;

    if (n <= SIZE_MAX) {
        p = calloc(n ? n : 1,
                   size);
    }
    return p;
}

void *
okobpf_mem_resize(void *p, uint64_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    return realloc(p,
                   bytes ? bytes : 1);
}

void *
okobpf_mem_alloc_aligned(uint64_t size)
{
    void *p;

    if (size > SIZE_MAX - CACHE_LINE_SIZE
        || posix_memalign(&p, CACHE_LINE_SIZE, size ? (size_t) size : 1)) {
        return NULL;
    }
    return memset(p, 0, (size_t) size);
}

void *
okobpf_mem_map(uint64_t size)
{
    void *p;

    if (size > SIZE_MAX) {
        return NULL;
    }
    p = mmap(NULL, size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void
okobpf_mem_unmap(void *p, uint64_t size)
{
    munmap(p, size);
}

void
okobpf_mem_populate(void *p, uint64_t size)
{
#ifdef MADV_HUGEPAGE
    /* Whether or not it works. */
    madvise(p, size, MADV_HUGEPAGE);
#endif
    for (uint64_t ofs = 0; ofs < size; ofs += 4096) {
        volatile char *byte = (char *) p + ofs;

        *byte = *byte;
    }
}
