/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Longest-prefix match in several threads.  Worth most under the sanitizers.
 *
 * Some prefixes stay, others come and go under and above them. */

#include <pthread.h>
#include <string.h>
#include "maps/map.h"
#include "testlib.h"

static char map_name[] = "routes";

/* An IPv4 prefix. */
struct key {
    uint32_t len;
    uint8_t data[4];
};

static bool
same_bits(const struct key *a, const struct key *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if ((a->data[i / 8] ^ b->data[i / 8]) & 0x80 >> i % 8) {
            return false;
        }
    }
    return true;
}

/* Prefix number 'i' has the value 'i', in both halves, of which the lower is
 * inverted. */

enum { N_WRITERS = 3, N_READERS = 2, N_STAY = 32, N_PREFIXES = 512,
       N_ROUNDS = 20000 };

static struct key prefixes[N_PREFIXES];

struct job {
    struct okobpf_map *map;
    uint64_t seed;
    bool dumps;
    uint64_t n_wrong, n_found;
};

static _Atomic bool writers_done;

static uint64_t
make_value(uint32_t i)
{
    return (uint64_t) i << 32 | (uint32_t) ~i;
}

/* Returns whether 'value' is that of one of the prefixes, and stores which in
 * '*i'. */
static bool
parse_value(uint64_t value, uint32_t *i)
{
    *i = value >> 32;
    return *i < N_PREFIXES && value == make_value(*i);
}

static void *
write_map(void *job_)
{
    struct job *job = job_;

    for (int round = 0; round < N_ROUNDS; round++) {
        uint64_t random = next_random(&job->seed);
        uint32_t i = N_STAY + random % (N_PREFIXES - N_STAY);
        uint64_t value = make_value(i);

        if (random >> 32 & 1) {
            job->map->ops->update(job->map, &prefixes[i], &value, 0, 0);
        } else {
            job->map->ops->delete(job->map, &prefixes[i]);
        }
    }
    return NULL;
}

/* Looks up an address in a prefix that stays: the longest match is that, or a
 * longer one. */
static void
look_up(struct job *job)
{
    const struct key *stays = &prefixes[next_random(&job->seed) % N_STAY];
    struct key key = *stays;
    const uint64_t *p;
    uint32_t i;

    for (uint32_t bit = stays->len; bit < 32; bit++) {
        key.data[bit / 8] ^= (next_random(&job->seed) & 0x80) >> bit % 8;
    }
    key.len = 32;
    p = job->map->ops->lookup(job->map, &key, 0);
    if (!p || !parse_value(__atomic_load_n(p, __ATOMIC_RELAXED), &i)
        || prefixes[i].len < stays->len
        || !same_bits(&prefixes[i], &key, prefixes[i].len)) {
        job->n_wrong++;
    } else {
        job->n_found++;
    }
}

/* Takes a dump: all that stay are in it, once. */
static void
dump(struct job *job)
{
    uint32_t n_seen[N_STAY] = { 0 };
    uint64_t cursor = 0;
    uint64_t value;
    struct key key;
    uint32_t i;

    while (okobpf_map_next(job->map, &cursor, &key, &value)) {
        if (!parse_value(value, &i) || key.len != prefixes[i].len
            || !same_bits(&key, &prefixes[i], key.len)) {
            job->n_wrong++;
        } else if (i < N_STAY) {
            n_seen[i]++;
        }
    }
    for (i = 0; i < N_STAY; i++) {
        job->n_wrong += n_seen[i] != 1;
    }
}

static void *
read_map(void *job_)
{
    struct job *job = job_;

    do {
        for (int i = 0; i < 1000; i++) {
            look_up(job);
        }
        if (job->dumps) {
            dump(job);
        }
    } while (!atomic_load(&writers_done));
    return NULL;
}

/* Makes prefixes that are all different, many within one another. */
static void
make_prefixes(uint64_t seed)
{
    for (uint32_t i = 0; i < N_PREFIXES; i++) {
        uint32_t j;

        do {
            uint64_t random = next_random(&seed);

            prefixes[i] = (struct key) {
                .len = random >> 32 & 31,
                .data = { random & 3, random >> 8 & 7, random >> 16 & 0xc0 },
            };
            for (j = 0; j < i; j++) {
                if (prefixes[j].len == prefixes[i].len
                    && same_bits(&prefixes[j], &prefixes[i],
                                 prefixes[i].len)) {
                    break;
                }
            }
        } while (j < i);
    }
}

static void
test_threads(void **state)
{
    struct map_spec spec = {
        .name = map_name,
        .type = OKOBPF_MAP_LPM_TRIE,
        .key_size = sizeof(struct key),
        .value_size = sizeof(uint64_t),
        .max_entries = N_PREFIXES,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);
    pthread_t threads[N_WRITERS + N_READERS];
    struct job jobs[N_WRITERS + N_READERS];
    uint64_t cursor = 0;
    uint64_t value;
    uint64_t n = 0;
    struct key key;

    (void) state;
    assert_non_null(map);
    make_prefixes(1);
    for (uint32_t i = 0; i < N_STAY; i++) {
        value = make_value(i);
        assert_int_equal(okobpf_map_update(map, &prefixes[i], sizeof key,
                                           &value, sizeof value,
                                           OKOBPF_NOEXIST), OKOBPF_MAP_OK);
    }
    atomic_store(&writers_done, false);
    for (int i = 0; i < N_WRITERS + N_READERS; i++) {
        jobs[i] = (struct job) {
            .map = map, .seed = 77 + i, .dumps = i == N_WRITERS,
        };
        assert_int_equal(pthread_create(&threads[i], NULL,
                                        i < N_WRITERS ? write_map : read_map,
                                        &jobs[i]), 0);
    }
    for (int i = 0; i < N_WRITERS + N_READERS; i++) {
        if (i == N_WRITERS) {
            atomic_store(&writers_done, true);
        }
        pthread_join(threads[i], NULL);
        assert_int_equal(jobs[i].n_wrong, 0);
        assert_int_equal(jobs[i].n_found > 0, i >= N_WRITERS);
    }
    while (okobpf_map_next(map, &cursor, &key, &value)) {
        n++;
    }
    assert_int_equal(okobpf_map_n_entries(map), n);
    test_host_drain();
    okobpf_map_release(map);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
