/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "testlib.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "epoch.h"
#include "maps/hash.h"

uint8_t *
read_prog(const char *name, size_t *size)
{
    char path[512];
    uint8_t *data;
    FILE *stream;
    long int n;

    snprintf(path, sizeof path, "%s/%s.o", PROGS_DIR, name);
    stream = fopen(path, "rb");
    if (!stream) {
        fail_msg("%s: %m", path);
    }
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    n = ftell(stream);
    assert_true(n > 0);
    rewind(stream);
    data = okobpf_mem_alloc(n, 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, n, stream), n);
    fclose(stream);
    *size = n;
    return data;
}

enum okobpf_status
load_image(const char *name, const char *section, struct image *image,
           struct okobpf_report *report)
{
    enum okobpf_status status;
    size_t size;
    uint8_t *elf = read_prog(name, &size);

    memset(report, 0, sizeof *report);
    status = okobpf_elf_load(elf, size, section, &okobpf_default_limits, image,
                             report);
    free(elf);
    return status;
}

struct okobpf_prog *
load_prog(const char *name, const struct okobpf_options *options)
{
    struct okobpf_report report;
    struct okobpf_prog *prog;
    size_t size;
    uint8_t *elf = read_prog(name, &size);

    prog = okobpf_load(elf, size, options, &report);
    free(elf);
    if (!prog) {
        char *text = okobpf_report_format(&report);

        okobpf_report_uninit(&report);
        fail_msg("%s: %s", name, text);
    }
    okobpf_report_uninit(&report);
    return prog;
}

void
assert_contains(const char *s, const char *part)
{
    if (!s || !strstr(s, part)) {
        fail_msg("expected \"%s\" in \"%s\"", part, s ? s : "(null)");
    }
}

uint64_t
run_prog(const struct okobpf_prog *prog, const void *packet, uint32_t len,
         uint32_t in_port)
{
    struct okobpf_env env;

    memset(&env, 0, sizeof env);
    env.ctx.data = (uintptr_t) packet;
    env.ctx.pkt_len = len;
    env.ctx.in_port = in_port;
    env.ctx.l3_ofs = UINT16_MAX;
    env.ctx.l4_ofs = UINT16_MAX;
    env.ctx.now_ns = 1000000000;
    return okobpf_run(prog, &env);
}

struct okobpf_map *
find_map(const struct okobpf_prog *prog, const char *name)
{
    for (size_t i = 0; i < okobpf_prog_n_maps(prog); i++) {
        struct okobpf_map *map = okobpf_prog_map(prog, i);

        if (!strcmp(okobpf_map_info(map)->name, name)) {
            return map;
        }
    }
    fail_msg("no map \"%s\"", name);
    return NULL;
}

uint64_t
next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

uint64_t
get_value(struct okobpf_map *map, uint32_t key)
{
    uint64_t value;

    return (okobpf_map_lookup(map, &key, sizeof key, &value, sizeof value)
            == OKOBPF_MAP_OK ? value : UINT64_MAX);
}

uint32_t
count_dump(struct okobpf_map *map)
{
    uint64_t cursor = 0;
    uint64_t value;
    uint32_t n = 0;
    uint32_t key;

    while (okobpf_map_next(map, &cursor, &key, &value)) {
        assert_int_equal(get_value(map, key), value);
        n++;
    }
    return n;
}

/* Allocation.  The linker leads calls of NAME to __wrap_NAME, see Makefile. */

void *__real_okobpf_mem_alloc(uint64_t n, size_t size);
void *__real_okobpf_mem_resize(void *p, uint64_t n, size_t size);
void *__real_okobpf_mem_alloc_aligned(uint64_t size);
void *__wrap_okobpf_mem_alloc(uint64_t n, size_t size);
void *__wrap_okobpf_mem_resize(void *p, uint64_t n, size_t size);
void *__wrap_okobpf_mem_alloc_aligned(uint64_t size);
void *__real_okobpf_mem_map(uint64_t size);
void *__wrap_okobpf_mem_map(uint64_t size);
uint32_t __real_okobpf_hash_alloc(struct map_hash *, struct hash_table *,
                                  struct hash_stripe *);
uint32_t __wrap_okobpf_hash_alloc(struct map_hash *, struct hash_table *,
                                  struct hash_stripe *);

static _Atomic int countdown;
static _Atomic bool failed;

void
fail_allocation(int n)
{
    failed = false;
    countdown = n;
}

bool
allocation_failed(void)
{
    return failed;
}

static void (*next_function)(void *aux);
static void *next_aux;

void
in_next_allocation(void (*function)(void *aux), void *aux)
{
    next_function = function;
    next_aux = aux;
}

static bool
fail_this(void)
{
    if (next_function) {
        void (*function)(void *aux) = next_function;

        next_function = NULL;
        function(next_aux);
    }
    if (countdown > 0 && --countdown == 0) {
        failed = true;
        return true;
    }
    return false;
}

void *
__wrap_okobpf_mem_alloc(uint64_t n, size_t size)
{
    return fail_this() ? NULL : __real_okobpf_mem_alloc(n, size);
}

void *
__wrap_okobpf_mem_resize(void *p, uint64_t n, size_t size)
{
    return fail_this() ? NULL : __real_okobpf_mem_resize(p, n, size);
}

void *
__wrap_okobpf_mem_alloc_aligned(uint64_t size)
{
    return fail_this() ? NULL : __real_okobpf_mem_alloc_aligned(size);
}

void *
__wrap_okobpf_mem_map(uint64_t size)
{
    return fail_this() ? NULL : __real_okobpf_mem_map(size);
}

uint32_t
__wrap_okobpf_hash_alloc(struct map_hash *hash, struct hash_table *table,
                         struct hash_stripe *stripe)
{
    return fail_this() ? 0 : __real_okobpf_hash_alloc(hash, table, stripe);
}

/* Random numbers, likewise. */

ssize_t __real_getrandom(void *buf, size_t n, unsigned int flags);
ssize_t __wrap_getrandom(void *buf, size_t n, unsigned int flags);

static enum test_random random_source;

void
test_random_source(enum test_random source)
{
    random_source = source;
}

ssize_t
__wrap_getrandom(void *buf, size_t n, unsigned int flags)
{
    static int n_calls;

    if (random_source == NO_RANDOM) {
        errno = EAGAIN;
        return -1;
    }
    if (random_source == SHORT_RANDOM && n_calls++ % 2) {
        errno = EINTR;
        return -1;
    }
    return __real_getrandom(
        buf, random_source == SHORT_RANDOM && n > 5 ? 5 : n, flags);
}

/* The host. */

struct deferred {
    struct deferred *next;
    void (*function)(void *aux);
    void *aux;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct deferred *deferred;
static char printed[4096];
static char returned[sizeof printed];

static void
host_defer(void (*function)(void *aux), void *aux)
{
    struct deferred *d = okobpf_mem_alloc(1, sizeof *d);

    assert_non_null(d);
    d->function = function;
    d->aux = aux;
    pthread_mutex_lock(&mutex);
    d->next = deferred;
    deferred = d;
    pthread_mutex_unlock(&mutex);
}

static void
host_print(const char *prog_name, const char *line)
{
    size_t n;

    pthread_mutex_lock(&mutex);
    n = strlen(printed);
    snprintf(printed + n, sizeof printed - n, "%s: %s\n", prog_name, line);
    pthread_mutex_unlock(&mutex);
}

const struct okobpf_host test_host = {
    .n_slots = TEST_HOST_SLOTS,
    .defer = host_defer,
    .print = host_print,
};

static struct deferred *
take_deferred(void)
{
    struct deferred *d;

    pthread_mutex_lock(&mutex);
    d = deferred;
    deferred = NULL;
    pthread_mutex_unlock(&mutex);
    return d;
}

static size_t
call_deferred(struct deferred *d)
{
    struct deferred *next;
    size_t n = 0;

    for (; d; d = next) {
        next = d->next;
        d->function(d->aux);
        free(d);
        n++;
    }
    return n;
}

size_t
test_host_drain(void)
{
    struct deferred *d;
    size_t n = 0;

    while ((d = take_deferred()) != NULL) {
        n += call_deferred(d);
    }
    return n;
}

size_t
test_host_grace(void)
{
    struct deferred *d = take_deferred();

    for (uint64_t end = okobpf_epoch_get() + 2;
         okobpf_epoch_advance() < end;) {
        sched_yield();
    }
    return call_deferred(d);
}

const char *
test_host_printed(void)
{
    pthread_mutex_lock(&mutex);
    memcpy(returned, printed, sizeof returned);
    printed[0] = '\0';
    pthread_mutex_unlock(&mutex);
    return returned;
}
