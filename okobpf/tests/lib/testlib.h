/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the tests of the library share. */

#ifndef OKOBPF_TESTLIB_H
#define OKOBPF_TESTLIB_H 1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "image.h"
#include "mem.h"

#define ARRAY_SIZE(ARRAY) (sizeof (ARRAY) / sizeof (ARRAY)[0])

/* Returns the object 'name' of the tests' BPF programs, such as "original" or
 * "original.v1", and its size in '*size'.  Fails the test if there is none.
 * The caller must free it. */
uint8_t *read_prog(const char *name, size_t *size);

/* Loads the object 'name' as far as the image, for 'section' or NULL.  Returns
 * okobpf_elf_load()'s status. */
enum okobpf_status load_image(const char *name, const char *section,
                              struct image *, struct okobpf_report *);

/* Loads the object 'name', which must be accepted. */
struct okobpf_prog *load_prog(const char *name,
                              const struct okobpf_options *);

/* Fails the test if 's' does not contain 'part'. */
void assert_contains(const char *s, const char *part);

/* Runs 'prog' on the 'len' bytes at 'packet' with input port 'in_port'. */
uint64_t run_prog(const struct okobpf_prog *, const void *packet,
                  uint32_t len, uint32_t in_port);

/* Returns the map 'name' of 'prog', which must exist. */
struct okobpf_map *find_map(const struct okobpf_prog *, const char *name);

/* The next number of Marsaglia's xorshift generator. */
uint64_t next_random(uint64_t *seed);

/* Returns the value of 'key', as the user sees it, or UINT64_MAX if there is
 * none.  This and count_dump() are for keys of 4 and values of 8 bytes. */
uint64_t get_value(struct okobpf_map *, uint32_t key);

/* Counts what a dump finds, and checks that it is what lookups find. */
uint32_t count_dump(struct okobpf_map *);

/* A host that puts off what it is given until test_host_drain(). */
extern const struct okobpf_host test_host;
#define TEST_HOST_SLOTS 4

/* Runs what was deferred, and what defers in turn, until nothing is left, and
 * returns how much that was. */
size_t test_host_drain(void);

/* As test_host_drain(), for what was deferred before the call, when all runs
 * that go on have ended (see epoch.h): a grace period.  Not within a run. */
size_t test_host_grace(void);

/* Returns the lines that programs printed since the last call, each with a
 * new-line.  Valid until the next call. */
const char *test_host_printed(void);

/* What getrandom() is to do from now on. */
enum test_random {
    RANDOM,                     /* As always. */
    NO_RANDOM,                  /* Fail, as it does early at boot. */
    SHORT_RANDOM,               /* Return a few bytes only, and be interrupted
                                 * every other time. */
};
void test_random_source(enum test_random);

/* Calls 'function(aux)' in the next allocation: where another thread could
 * have done as much. */
void in_next_allocation(void (*function)(void *aux), void *aux);

/* Makes the 'n'th allocation from now on fail (1 for the next), or none if 'n'
 * is 0. */
void fail_allocation(int n);

/* Whether that has come to pass. */
bool allocation_failed(void);

#endif /* testlib.h */
