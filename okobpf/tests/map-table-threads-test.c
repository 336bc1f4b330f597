/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Hash maps of all kinds in several threads that run programs, dump, read,
 * and clear.  Worth most under the sanitizers.
 *
 * All keys come into a few buckets, so that most are in lists.  Programs hold
 * on to values that are deleted, evicted and cleared meanwhile. */

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include "epoch.h"
#include "maps/hash.h"
#include "testlib.h"

enum { N_PROGRAMS = 3, N_USERS = 2, N_RUNS = 20000, MIN_HELD = 100,
       N_BUCKETS = 3, N_KEYS = 120, N_STAY = 30 };

static char map_name[] = "flows";

struct job {
    struct okobpf_map *map;
    bool clears;                /* Whether somebody clears the map. */
    uint64_t seed;
    uint64_t n_held, n_wrong;
};

static _Atomic bool programs_done;
static _Atomic bool users_done;
static uint32_t keys[N_KEYS];

/* Finds keys that come into a few buckets of 'map'. */
static void
find_keys(const struct okobpf_map *map)
{
    const struct map_hash *hash = hash_cast(map);
    uint32_t key[4] = { 0 };

    for (int n = 0; n < N_KEYS; key[0]++) {
        if (hash_bucket_index(hash, hash_of(hash, key)) < N_BUCKETS) {
            keys[n++] = key[0];
        }
    }
}

/* Those below N_STAY are never deleted. */
static uint32_t
random_index(uint64_t *seed)
{
    return next_random(seed) % N_KEYS;
}

/* Looks up, inserts, deletes, and then goes on with what it looked up.  The
 * upper half of a value is its key. */
static void
run_once(struct job *job)
{
    struct okobpf_map *map = job->map;
    bool is_lru = map->info.type == OKOBPF_MAP_LRU_HASH;
    uint32_t i = random_index(&job->seed);
    uint64_t *p = map->ops->lookup(map, &keys[i], 0);

    job->n_wrong += !p && i < N_STAY && !job->clears && !is_lru;
    for (uint32_t n = next_random(&job->seed) % 8; n > 0; n--) {
        uint64_t random = next_random(&job->seed);
        uint32_t other = random_index(&job->seed);
        uint64_t value = (uint64_t) keys[other] << 32 | (uint32_t) random;

        if (random >> 32 & 3 || other < N_STAY) {
            enum okobpf_map_result result =
                map->ops->update(map, &keys[other], &value, 0, 0);

            job->n_wrong += (result != OKOBPF_MAP_OK
                             && result != OKOBPF_MAP_NO_MEMORY);
        } else {
            map->ops->delete(map, &keys[other]);
        }
    }
    if (p) {
        job->n_wrong += __atomic_load_n(p, __ATOMIC_RELAXED) >> 32 != keys[i];
        __atomic_store_n(p, (uint64_t) keys[i] << 32, __ATOMIC_RELAXED);
        job->n_held++;
    }
}

static void *
run_programs(void *job_)
{
    struct job *job = job_;

    for (int i = 0; i < N_RUNS || job->n_held < MIN_HELD; i++) {
        struct epoch_thread *thread = okobpf_epoch_enter();

        run_once(job);
        okobpf_epoch_exit(thread);
    }
    return NULL;
}

/* Takes a dump: entries that stay are in it. */
static void
dump(struct job *job)
{
    bool is_lru = job->map->info.type == OKOBPF_MAP_LRU_HASH;
    bool seen[N_STAY] = { false };
    uint64_t cursor = 0;
    uint64_t value;
    uint32_t key;

    while (okobpf_map_next(job->map, &cursor, &key, &value)) {
        job->n_wrong += value >> 32 != key;
        for (int i = 0; i < N_STAY; i++) {
            seen[i] |= keys[i] == key;
        }
    }
    for (int i = 0; i < N_STAY && !job->clears && !is_lru; i++) {
        job->n_wrong += !seen[i];
    }
}

static void *
look_at_map(void *job_)
{
    struct job *job = job_;

    while (!atomic_load(&programs_done)) {
        for (int i = 0; i < 100; i++) {
            uint32_t key = keys[random_index(&job->seed)];
            uint64_t value = get_value(job->map, key);

            job->n_wrong += value != UINT64_MAX && value >> 32 != key;
        }
        dump(job);
        if (job->clears && !(next_random(&job->seed) >> 20 & 3)) {
            uint64_t cursor = 0;

            while (okobpf_map_clear_some(job->map, &cursor)) {
                continue;
            }
        }
        job->n_wrong += (okobpf_map_n_entries(job->map)
                         > okobpf_map_info(job->map)->max_entries);
    }
    return NULL;
}

/* The host, whose grace periods end when all runs have. */
static void *
end_grace_periods(void *aux)
{
    while (!atomic_load(&users_done)) {
        test_host_grace();
        sched_yield();
    }
    while (test_host_grace()) {
        continue;
    }
    return aux;
}

static void
run_threads(uint32_t type, uint32_t max_entries, bool clears)
{
    struct map_spec spec = {
        .name = map_name,
        .type = type,
        .key_size = 4,
        .value_size = 8,
        .max_entries = max_entries,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);
    pthread_t threads[N_PROGRAMS + N_USERS];
    struct job jobs[N_PROGRAMS + N_USERS];
    pthread_t host;

    assert_non_null(map);
    find_keys(map);
    for (int i = 0; i < N_STAY; i++) {
        uint64_t value = (uint64_t) keys[i] << 32;

        assert_int_equal(okobpf_map_update(map, &keys[i], 4, &value, 8, 0),
                         OKOBPF_MAP_OK);
    }
    atomic_store(&programs_done, false);
    atomic_store(&users_done, false);
    assert_int_equal(pthread_create(&host, NULL, end_grace_periods, NULL), 0);
    for (int i = 0; i < N_PROGRAMS + N_USERS; i++) {
        jobs[i] = (struct job) { .map = map, .clears = clears,
                                 .seed = 999 + i };
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
    atomic_store(&users_done, true);
    pthread_join(host, NULL);
    assert_int_equal(count_dump(map), okobpf_map_n_entries(map));
    okobpf_map_release(map);
}

static void
test_hash(void **state)
{
    (void) state;
    run_threads(OKOBPF_MAP_HASH, 1000, false);
}

static void
test_hash_cleared(void **state)
{
    (void) state;
    run_threads(OKOBPF_MAP_HASH, 1000, true);
}

static void
test_lru_hash(void **state)
{
    (void) state;
    run_threads(OKOBPF_MAP_LRU_HASH, 100, false);
}

static void
test_lru_hash_cleared(void **state)
{
    (void) state;
    run_threads(OKOBPF_MAP_LRU_HASH, 1000, true);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_hash_cleared),
        cmocka_unit_test(test_lru_hash),
        cmocka_unit_test(test_lru_hash_cleared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
