/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Rings of events: programs put events in at one end, the host takes them out
 * at the other.
 *
 * A ring has as many cells as it may have events, and each has room for the
 * longest.  Events have numbers, from 0 on; number N is in cell N modulo the
 * number of cells.  Any number of threads put events in, without a lock: each
 * takes the next number, if its cell is free, fills the cell and then says so
 * by the cell's turn.  One at a time takes them out, in order.
 *
 * A cell's turn counts how often it was filled and emptied: an even number
 * means that it is free.  So number N finds its cell free if the turn is 2 *
 * (N / cells), and its event there if it is one more. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

struct ring_cell {
    _Atomic uint64_t turn;
    uint32_t size;              /* Of the event, bytes. */
    uint32_t pad;
    uint64_t data[];
};

struct map_ring {
    struct okobpf_map up;
    uint64_t cell_size;         /* Bytes. */
    uint8_t *cells;

    /* Each with a cache line of its own, for producers and consumers. */
    _Atomic uint64_t tail __attribute__((__aligned__(64)));
                                /* Number of the next event to come. */
    _Atomic uint64_t n_lost;    /* Events for which there was no room. */
    _Atomic uint64_t head __attribute__((__aligned__(64)));
                                /* Number of the next event to take. */
    pthread_mutex_t mutex;      /* For those who take. */
};

static struct map_ring *
ring_cast(const struct okobpf_map *map)
{
    return (void *) map;
}

static uint64_t
ring_cell_size(const struct map_spec *spec)
{
    return sizeof(struct ring_cell) + map_round_up_8(spec->value_size);
}

static const char *
ring_check(const struct map_spec *spec, uint32_t n_slots, uint64_t *memory)
{
    (void) n_slots;
    if (spec->key_size != sizeof(uint32_t)) {
        return "the key is a 32-bit number, so expected a key size of 4";
    }
    if (!spec->value_size) {
        return "expected a value size of 1 or more, got 0";
    }
    *memory = map_sizes_mul(ring_cell_size(spec), spec->max_entries);
    return NULL;
}

static struct okobpf_map *
ring_create(const struct map_spec *spec, uint32_t n_slots)
{
    struct map_ring *ring = okobpf_mem_alloc_aligned(sizeof *ring);

    (void) n_slots;
    if (!ring) {
        return NULL;
    }
    ring->cell_size = ring_cell_size(spec);
    ring->cells
        = okobpf_mem_alloc_aligned(ring->cell_size * spec->max_entries);
    if (!ring->cells) {
        free(ring);
        return NULL;
    }
    pthread_mutex_init(&ring->mutex, NULL);
    return &ring->up;
}

static void
ring_destroy(struct okobpf_map *map)
{
    struct map_ring *ring = ring_cast(map);

    pthread_mutex_destroy(&ring->mutex);
    free(ring->cells);
    free(ring);
}

/* Returns the cell of event 'number', and stores in '*turn' what its turn is
 * while it is free for that. */
static struct ring_cell *
ring_cell(const struct map_ring *ring, uint64_t number, uint64_t *turn)
{
    uint32_t n = ring->up.info.max_entries;

    *turn = number / n * 2;
    return (void *) (ring->cells + number % n * ring->cell_size);
}

/* Programs. */

static enum okobpf_map_result
ring_output(struct okobpf_map *map, const void *data, uint64_t size)
{
    struct map_ring *ring = ring_cast(map);
    uint64_t number = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    struct ring_cell *cell;
    uint64_t turn;

    for (;;) {
        uint64_t found;

        cell = ring_cell(ring, number, &turn);
        found = atomic_load_explicit(&cell->turn, memory_order_acquire);
        if (found == turn) {
            if (atomic_compare_exchange_weak_explicit(
                    &ring->tail, &number, number + 1, memory_order_relaxed,
                    memory_order_relaxed)) {
                break;
            }
        } else if (found < turn) {
            /* The event before is still there. */
            atomic_fetch_add_explicit(&ring->n_lost, 1, memory_order_relaxed);
            return OKOBPF_MAP_FULL;
        } else {
            /* Another thread was faster. */
            number = atomic_load_explicit(&ring->tail, memory_order_relaxed);
        }
    }
    cell->size = size;
    memcpy(cell->data, data, size);
    atomic_store_explicit(&cell->turn, turn + 1, memory_order_release);
    return OKOBPF_MAP_OK;
}

/* The host. */

/* Returns the cell of event 'number' if the event is there, or NULL.  The
 * caller holds the mutex. */
static struct ring_cell *
ring_peek(const struct map_ring *ring, uint64_t number)
{
    uint64_t turn;
    struct ring_cell *cell = ring_cell(ring, number, &turn);

    return (atomic_load_explicit(&cell->turn, memory_order_acquire) == turn + 1
            ? cell : NULL);
}

/* Takes the oldest event out, if there is one, and copies it to 'data', with
 * zeros after it, unless that is NULL. */
static bool
ring_take(struct map_ring *ring, void *data, uint32_t *size)
{
    uint32_t value_size = ring->up.info.value_size;
    struct ring_cell *cell;
    uint64_t head, turn;

    pthread_mutex_lock(&ring->mutex);
    head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    cell = ring_peek(ring, head);
    if (cell) {
        if (data) {
            memcpy(data, cell->data, cell->size);
            memset((uint8_t *) data + cell->size, 0, value_size - cell->size);
        }
        if (size) {
            *size = cell->size;
        }
        ring_cell(ring, head, &turn);
        atomic_store_explicit(&cell->turn, turn + 2, memory_order_release);
        atomic_store_explicit(&ring->head, head + 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&ring->mutex);
    return cell != NULL;
}

enum okobpf_map_result
okobpf_ring_take(struct okobpf_map *map, void *event, size_t max_size,
                 uint32_t *size)
{
    if (map->info.type != OKOBPF_MAP_RING) {
        return OKOBPF_MAP_UNSUPPORTED;
    }
    if (max_size != map->info.value_size) {
        return OKOBPF_MAP_BAD_VALUE_SIZE;
    }
    return (ring_take(ring_cast(map), event, size)
            ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY);
}

uint64_t
okobpf_ring_n_lost(const struct okobpf_map *map)
{
    return (map->info.type == OKOBPF_MAP_RING
            ? atomic_load_explicit(&ring_cast(map)->n_lost,
                                   memory_order_relaxed) : 0);
}

static uint64_t
ring_n_entries(const struct okobpf_map *map)
{
    const struct map_ring *ring = ring_cast(map);
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint64_t n = tail > head ? tail - head : 0;

    /* They are of different moments. */
    return n < map->info.max_entries ? n : map->info.max_entries;
}

/* Takes out what is there now. */
static void
ring_clear(struct okobpf_map *map)
{
    struct map_ring *ring = ring_cast(map);

    for (uint64_t n = ring_n_entries(map); n; n--) {
        if (!ring_take(ring, NULL, NULL)) {
            break;
        }
    }
}

/* Shows the events without taking them.  A cursor is the number of the event
 * to come. */
static bool
ring_next(struct okobpf_map *map, uint64_t *cursor, void *key, void *value)
{
    struct map_ring *ring = ring_cast(map);
    struct ring_cell *cell;
    uint64_t head;

    pthread_mutex_lock(&ring->mutex);
    head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    if (*cursor < head) {
        *cursor = head;
    }
    cell = (*cursor - head < map->info.max_entries
            ? ring_peek(ring, *cursor) : NULL);
    if (cell) {
        uint32_t number = *cursor;

        memcpy(key, &number, sizeof number);
        memcpy(value, cell->data, cell->size);
        memset((uint8_t *) value + cell->size, 0,
               map->info.value_size - cell->size);
        *cursor += 1;
    }
    pthread_mutex_unlock(&ring->mutex);
    return cell != NULL;
}

const struct map_ops okobpf_map_ring_ops = {
    .check = ring_check,
    .create = ring_create,
    .destroy = ring_destroy,
    .output = ring_output,
    .n_entries = ring_n_entries,
    .clear = ring_clear,
    .next = ring_next,
};
