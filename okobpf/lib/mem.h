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



#ifndef OKOBPF_MEM_H
#define OKOBPF_MEM_H 1

/* Allocation of memory in amounts that come from hostile input: a failure is
 * reported to the caller, never fatal.  Free with free(). */

#include <stddef.h>
#include <stdint.h>

/* Returns zeroed memory for 'n' (0 is fine) objects of 'size' bytes, or NULL
 * if there is not so much. */
void *mem_alloc(uint64_t n, size_t size);

/* Resizes 'p', from mem_alloc() or NULL, to 'n' objects of 'size' bytes.  What
 * is new is not initialized.  Returns NULL, with 'p' as it was, if there is
 * not so much memory. */
void *mem_resize(void *p, uint64_t n, size_t size);

/* As mem_alloc(1, size), aligned to a cache line. */
void *mem_alloc_aligned(uint64_t size);

/* Returns 'size' bytes of zeros, aligned to a page, that take memory only as
 * they are touched, or NULL.  Give them back with mem_unmap(). */
void *mem_map(uint64_t size);
void mem_unmap(void *p, uint64_t size);

/* Takes the memory for the first 'size' bytes at 'p', from mem_map(), now, as
 * far as there is some. */
void mem_populate(void *p, uint64_t size);

#endif /* mem.h */
