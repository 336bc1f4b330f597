/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Maps under several writers and readers at once.  Worth most under
 * ThreadSanitizer.
 *
 * Every value is made from its key, so that a reader that sees an entry which
 * was not whole, or memory that was given to another entry, notices. */

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include "maps/map.h"
#include "testlib.h"

enum {
    N_WRITERS = 3,
    N_READERS = 2,
    N_KEYS = 256,
    N_STAY = 64,                /* Of these, as many are never deleted. */
    N_ROUNDS = 100000,
};

struct job {
    struct okobpf_map *map;
    uint64_t seed;
    bool is_user;               /* Or a program. */
    uint64_t n_found;
};

static _Atomic bool writers_done;

static char map_name[] = "shared";

/* A value of two words.  Each is written whole; the two may come from
 * different writes, all of which give the upper 32 bits of both the key. */
static void
make_value(uint32_t key, uint32_t random, uint64_t value[2])
{
    value[0] = (uint64_t) key << 32 | random;
    value[1] = ~value[0];
}

static bool
value_is_whole(uint32_t key, const uint64_t value[2])
{
    return value[0] >> 32 == key && ~value[1] >> 32 == key;
}

static void *
write_map(void *job_)
{
    struct job *job = job_;

    for (int i = 0; i < N_ROUNDS; i++) {
        uint64_t random = next_random(&job->seed);
        uint32_t key = random % N_KEYS;
        uint64_t value[2];

        make_value(key, random >> 32, value);
        if (key < N_STAY || random >> 16 & 3) {
            okobpf_map_update(job->map, &key, sizeof key, value, sizeof value,
                              OKOBPF_ANY);
        } else {
            okobpf_map_delete(job->map, &key, sizeof key);
        }
    }
    return NULL;
}

/* Takes a dump: entries that stay are in it, whatever comes and goes. */
static void
dump_map(struct okobpf_map *map)
{
    bool seen[N_KEYS] = { false };
    uint64_t cursor = 0;
    uint64_t value[2];
    uint32_t key;

    while (okobpf_map_next(map, &cursor, &key, value)) {
        assert_true(key < N_KEYS);
        assert_true(value_is_whole(key, value));
        seen[key] = true;
    }
    for (key = 0; key < N_STAY; key++) {
        assert_true(seen[key]);
    }
}

/* Copies the value of 'key' to 'value'.  Returns false if there is none. */
static bool
look_up(const struct job *job, uint32_t key, uint64_t value[2])
{
    const uint64_t *p;

    if (job->is_user) {
        return (okobpf_map_lookup(job->map, &key, sizeof key, value,
                                  2 * sizeof *value) == OKOBPF_MAP_OK);
    }
    p = job->map->ops->lookup(job->map, &key, 0);
    for (int i = 0; p && i < 2; i++) {
        value[i] = __atomic_load_n(&p[i], __ATOMIC_RELAXED);
    }
    return p != NULL;
}

static void *
read_map(void *job_)
{
    struct job *job = job_;

    while (!atomic_load(&writers_done)) {
        uint64_t value[2];
        uint32_t key;

        for (int i = 0; i < N_KEYS; i++) {
            key = next_random(&job->seed) % N_KEYS;
            if (look_up(job, key, value)) {
                assert_true(value_is_whole(key, value));
                job->n_found++;
            } else {
                assert_true(key >= N_STAY);
            }
        }
        if (job->is_user) {
            dump_map(job->map);
        }
    }
    return NULL;
}

static void
run_threads(uint32_t type)
{
    struct map_spec spec = {
        .name = map_name,
        .type = type,
        .key_size = 4,
        .value_size = 16,
        .max_entries = N_KEYS,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);
    pthread_t threads[N_WRITERS + N_READERS];
    struct job jobs[N_WRITERS + N_READERS];
    uint64_t cursor = 0;
    uint64_t value[2];
    uint64_t n = 0;
    uint32_t key;

    assert_non_null(map);
    for (key = 0; key < N_KEYS; key++) {
        make_value(key, 0, value);
        assert_int_equal(okobpf_map_update(map, &key, sizeof key, value,
                                           sizeof value, OKOBPF_ANY),
                         OKOBPF_MAP_OK);
    }
    atomic_store(&writers_done, false);
    for (int i = 0; i < N_WRITERS + N_READERS; i++) {
        jobs[i] = (struct job) { map, 12345 + i, i == N_WRITERS, 0 };
        assert_int_equal(pthread_create(&threads[i], NULL,
                                        i < N_WRITERS ? write_map : read_map,
                                        &jobs[i]), 0);
    }
    for (int i = 0; i < N_WRITERS + N_READERS; i++) {
        if (i == N_WRITERS) {
            atomic_store(&writers_done, true);
        }
        pthread_join(threads[i], NULL);
    }

    /* The number of entries is that of those that a dump finds. */
    while (okobpf_map_next(map, &cursor, &key, value)) {
        n++;
    }
    assert_int_equal(okobpf_map_n_entries(map), n);
    assert_true(n <= N_KEYS);
    okobpf_map_clear(map);
    test_host_drain();
    okobpf_map_release(map);
}

static void
test_array(void **state)
{
    (void) state;
    run_threads(OKOBPF_MAP_ARRAY);
}

static void
test_hash(void **state)
{
    (void) state;
    run_threads(OKOBPF_MAP_HASH);
}

/* Several threads fill a map that has no room for all: never more than its
 * limit. */
struct fill_job {
    struct okobpf_map *map;
    uint32_t first;
    uint32_t n_stored;
};

static void *
fill_map(void *job_)
{
    struct fill_job *job = job_;

    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t key = job->first + i;
        uint64_t value = key;

        enum okobpf_map_result result =
            okobpf_map_update(job->map, &key, 4, &value, 8, OKOBPF_NOEXIST);

        if (result == OKOBPF_MAP_OK) {
            job->n_stored++;
        } else {
            assert_int_equal(result, OKOBPF_MAP_FULL);
        }
    }
    return NULL;
}

static void
test_hash_full(void **state)
{
    struct map_spec spec = {
        .name = map_name,
        .type = OKOBPF_MAP_HASH,
        .key_size = 4,
        .value_size = 8,
        .max_entries = 1500,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);
    struct fill_job jobs[N_WRITERS];
    pthread_t threads[N_WRITERS];
    uint32_t n_stored = 0;

    (void) state;
    assert_non_null(map);
    for (int i = 0; i < N_WRITERS; i++) {
        jobs[i] = (struct fill_job) { map, i * 1000, 0 };
        assert_int_equal(pthread_create(&threads[i], NULL, fill_map,
                                        &jobs[i]), 0);
    }
    for (int i = 0; i < N_WRITERS; i++) {
        pthread_join(threads[i], NULL);
        n_stored += jobs[i].n_stored;
    }
    assert_int_equal(n_stored, 1500);
    assert_int_equal(okobpf_map_n_entries(map), 1500);
    okobpf_map_release(map);
}

/* Each thread counts in its own slot, and adds to sketches that all share:
 * nothing is lost. */
struct count_job {
    struct okobpf_map *array, *hash, *bloom, *countmin;
    uint32_t slot;
};

enum { N_COUNTS = 5000, N_ITEMS = 50 };

static void *
count(void *job_)
{
    struct count_job *job = job_;
    const uint64_t one = 1;

    for (int i = 0; i < N_COUNTS; i++) {
        uint32_t key = i % N_ITEMS;
        uint64_t *value;

        value = job->array->ops->lookup(job->array, &key, job->slot);
        assert_non_null(value);
        __atomic_fetch_add(value, 1, __ATOMIC_RELAXED);

        value = job->hash->ops->lookup(job->hash, &key, job->slot);
        if (value) {
            __atomic_fetch_add(value, 1, __ATOMIC_RELAXED);
        } else if (job->hash->ops->update(job->hash, &key, &one, 0, job->slot)
                   != OKOBPF_MAP_OK) {
            fail();
        }

        job->bloom->ops->add(job->bloom, &key);
        job->countmin->ops->add(job->countmin, &key);
        assert_non_null(job->bloom->ops->lookup(job->bloom, &key, job->slot));
    }
    return NULL;
}

static struct okobpf_map *
new_map(uint32_t type, uint32_t value_size)
{
    struct map_spec spec = {
        .name = map_name,
        .type = type,
        .key_size = 4,
        .value_size = value_size,
        .max_entries = N_ITEMS,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);

    assert_non_null(map);
    return map;
}

static void
test_counters(void **state)
{
    struct okobpf_map *array = new_map(OKOBPF_MAP_PERCPU_ARRAY, 8);
    struct okobpf_map *hash = new_map(OKOBPF_MAP_PERCPU_HASH, 8);
    struct okobpf_map *bloom = new_map(OKOBPF_MAP_BLOOM, 4);
    struct okobpf_map *countmin = new_map(OKOBPF_MAP_COUNTMIN, 4);
    struct count_job jobs[TEST_HOST_SLOTS];
    pthread_t threads[TEST_HOST_SLOTS];
    const uint64_t n = N_COUNTS / N_ITEMS * TEST_HOST_SLOTS;

    (void) state;
    for (uint32_t i = 0; i < TEST_HOST_SLOTS; i++) {
        jobs[i] = (struct count_job) { array, hash, bloom, countmin, i };
        assert_int_equal(pthread_create(&threads[i], NULL, count, &jobs[i]),
                         0);
    }
    for (uint32_t i = 0; i < TEST_HOST_SLOTS; i++) {
        pthread_join(threads[i], NULL);
    }
    for (uint32_t key = 0; key < N_ITEMS; key++) {
        uint64_t value;
        uint32_t word;

        okobpf_map_lookup(array, &key, 4, &value, 8);
        assert_int_equal(value, n);
        okobpf_map_lookup(hash, &key, 4, &value, 8);
        assert_int_equal(value, n);
        okobpf_map_lookup(bloom, &key, 4, &word, 4);
        assert_int_equal(word, 1);
        okobpf_map_lookup(countmin, &key, 4, &word, 4);
        assert_true(word >= n);
    }
    okobpf_map_release(array);
    okobpf_map_release(hash);
    okobpf_map_release(bloom);
    okobpf_map_release(countmin);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_array),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_hash_full),
        cmocka_unit_test(test_counters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
