/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* LRU hash tables in several threads.  Worth most under the sanitizers.
 *
 * Threads that run programs go on with what they looked up after they, or
 * others, evicted it, while users look at the map. */

#include <pthread.h>
#include "epoch.h"
#include "maps/map.h"
#include "testlib.h"

static char map_name[] = "flows";

static struct okobpf_map *
new_map(uint32_t max_entries)
{
    struct map_spec spec = {
        .name = map_name,
        .type = OKOBPF_MAP_LRU_HASH,
        .key_size = 4,
        .value_size = 8,
        .max_entries = max_entries,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);

    assert_non_null(map);
    return map;
}

enum { N_PROGRAMS = 3, N_USERS = 2, N_RUNS = 30000, MIN_HELD = 100,
       N_KEYS = 500 };

struct job {
    struct okobpf_map *map;
    uint64_t seed;
    uint64_t n_held, n_wrong;
};

static _Atomic bool programs_done;

/* Looks up, inserts, deletes, and then goes on with what it looked up.  The
 * upper half of a value is its key. */
static void
run_once(struct job *job)
{
    uint32_t key = next_random(&job->seed) % N_KEYS;
    uint64_t *p = job->map->ops->lookup(job->map, &key, 0);

    for (uint32_t i = next_random(&job->seed) % 8; i > 0; i--) {
        uint64_t random = next_random(&job->seed);
        uint32_t other = random % N_KEYS;
        uint64_t value = (uint64_t) other << 32 | (uint32_t) random;
        enum okobpf_map_result result;

        if (random >> 32 & 7) {
            /* The machine may have stopped another thread in its run, and
             * spare entries run out until it goes on. */
            result = job->map->ops->update(job->map, &other, &value, 0, 0);
            job->n_wrong += (result != OKOBPF_MAP_OK
                             && result != OKOBPF_MAP_NO_MEMORY);
        } else {
            job->map->ops->delete(job->map, &other);
        }
    }
    if (p) {
        job->n_wrong += __atomic_load_n(p, __ATOMIC_RELAXED) >> 32 != key;
        __atomic_store_n(p, (uint64_t) key << 32, __ATOMIC_RELAXED);
        job->n_held++;
    }
}

static void *
run_programs(void *job_)
{
    struct job *job = job_;

    /* It comes to hold something at the latest when it is alone. */
    for (int i = 0; i < N_RUNS || job->n_held < MIN_HELD; i++) {
        struct epoch_thread *thread = okobpf_epoch_enter();

        run_once(job);
        okobpf_epoch_exit(thread);
    }
    return NULL;
}

static void *
look_at_map(void *job_)
{
    struct job *job = job_;

    while (!atomic_load(&programs_done)) {
        uint64_t cursor = 0;
        uint64_t value;
        uint32_t key;

        for (int i = 0; i < 100; i++) {
            key = next_random(&job->seed) % N_KEYS;
            value = get_value(job->map, key);
            job->n_wrong += value != UINT64_MAX && value >> 32 != key;
        }
        while (okobpf_map_next(job->map, &cursor, &key, &value)) {
            job->n_wrong += value >> 32 != key;
        }
        job->n_wrong += (okobpf_map_n_entries(job->map)
                         > okobpf_map_info(job->map)->max_entries);
    }
    return NULL;
}

static void
test_threads(void **state)
{
    /* One stripe, several, and several with hardly room for one. */
    static const uint32_t sizes[] = { 30, 256, 130 };

    (void) state;
    for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
        struct okobpf_map *map = new_map(sizes[s]);
        pthread_t threads[N_PROGRAMS + N_USERS];
        struct job jobs[N_PROGRAMS + N_USERS];

        atomic_store(&programs_done, false);
        for (int i = 0; i < N_PROGRAMS + N_USERS; i++) {
            jobs[i] = (struct job) { .map = map, .seed = 999 + i };
            assert_int_equal(
                pthread_create(&threads[i], NULL,
                               i < N_PROGRAMS ? run_programs : look_at_map,
                               &jobs[i]), 0);
        }
        for (int i = 0; i < N_PROGRAMS + N_USERS; i++) {
            if (i == N_PROGRAMS) {
                atomic_store(&programs_done, true);
            }
            pthread_join(threads[i], NULL);
            assert_int_equal(jobs[i].n_wrong, 0);
        }
        assert_int_equal(count_dump(map), okobpf_map_n_entries(map));

        /* With all runs ended, there is memory for any number. */
        for (uint32_t key = 0; key < 50000; key++) {
            uint64_t value = key;

            assert_int_equal(okobpf_map_update(map, &key, 4, &value, 8, 0),
                             OKOBPF_MAP_OK);
        }
        assert_int_equal(count_dump(map), sizes[s]);
        okobpf_map_release(map);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
