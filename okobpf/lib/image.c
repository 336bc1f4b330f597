/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Life of images. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "image.h"

#include <stdlib.h>
#include <string.h>
#include "mem.h"
#include "object/load.h"
#include "printable.h"

/* The image's arena is a list of these. */
struct chunk {
    struct chunk *next;
    uint64_t data[];
};

void *
okobpf_image_alloc(struct image *image, size_t size)
{
    struct chunk *chunk;

    if (size > SIZE_MAX - sizeof *chunk) {
        return NULL;
    }
    chunk = okobpf_mem_alloc(1, sizeof *chunk + size);
    if (!chunk) {
        return NULL;
    }
    chunk->next = image->arena;
    image->arena = chunk;
    return chunk->data;
}

/* Returns a copy of 's', of its first 'max_len' characters if it is longer,
 * with '?' for what cannot be printed. */
char *
okobpf_image_strdup(struct image *image, const char *s, size_t max_len)
{
    size_t len = strnlen(s, max_len);
    char *copy = okobpf_image_alloc(image, len + 1);

    if (copy) {
        memcpy(copy, s, len);
        okobpf_make_printable(copy, len);
    }
    return copy;
}

void
okobpf_image_uninit(struct image *image)
{
    struct chunk *next;

    for (struct chunk *chunk = image->arena; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(image->insns);
    free(image->maps);
    free(image->lines);
    memset(image, 0, sizeof *image);
}
