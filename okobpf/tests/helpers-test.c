/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Helpers: what they print, compute and copy, and their names. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "object/sha1.h"
#include "print.h"
#include "testlib.h"

static const struct okobpf_prog prog = {
    .info = { .name = "p" },
    .host = &test_host,
};

static uint64_t
call(enum helper_id id, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
     uint64_t e)
{
    static const uint8_t packet[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    struct okobpf_env env = {
        .ctx = {
            .data = (uintptr_t) packet,
            .data_end = (uintptr_t) packet + sizeof packet,
            .pkt_len = sizeof packet,
            .now_ns = 123456789,
            .slot = 3,
        },
        .prog = &prog,
    };

    return okobpf_helpers[id].function(a, b, c, d, e, &env);
}

static void
test_printf(void **state)
{
    static const struct {
        const char *format;
        uint64_t args[4];
        const char *line;
    } cases[] = {
        { "plain", { 0 }, "plain" },
        { "%d %i", { UINT64_C(0xffffffff), 5 }, "-1 5" },
        { "%u|%x|%X", { UINT64_C(0x1fffffffe), 0xabc, 0xabc },
          "4294967294|abc|ABC" },
        { "%ld %lu", { UINT64_MAX, UINT64_MAX }, "-1 18446744073709551615" },
        { "%lld %llu %llx", { UINT64_MAX, UINT64_MAX, UINT64_MAX },
          "-1 18446744073709551615 ffffffffffffffff" },
        { "%08x|%8x|%-8x|", { 0xff, 0xff, 0xff },
          "000000ff|      ff|ff      |" },
        { "%#x %+d % d", { 255, 1, 1 }, "0xff +1  1" },
        { "100%%", { 0 }, "100%" },
        { "%c%c", { 'a', 'b' }, "ab" },
        { "%d %d %d %d", { 1, 2, 3, 4 }, "1 2 3 4" },
        { "line\n\n", { 0 }, "line" },
        { "a\nb\033[0m%c", { 7 }, "a.b.[0m." },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *format = cases[i].format;
        const uint64_t *a = cases[i].args;
        char expected[128];
        int n_args;

        assert_null(
            okobpf_printf_format_check(format, strlen(format) + 1, &n_args));
        assert_int_equal(call(HELPER_PRINTF, (uintptr_t) format, a[0], a[1],
                              a[2], a[3]), strlen(cases[i].line));
        snprintf(expected, sizeof expected, "p: %s\n", cases[i].line);
        assert_string_equal(test_host_printed(), expected);
    }
}

/* Longer than a line can be. */
static void
test_printf_long(void **state)
{
    char format[1024];

    (void) state;
    memset(format, 'x', sizeof format);
    format[sizeof format - 1] = '\0';
    call(HELPER_PRINTF, (uintptr_t) format, 0, 0, 0, 0);
    assert_int_equal(strlen(test_host_printed()), 3 + 255 + 1);

    snprintf(format, sizeof format, "%s", "%99d%99d%99d%99d");
    call(HELPER_PRINTF, (uintptr_t) format, 1, 2, 3, 4);
    assert_int_equal(strlen(test_host_printed()), 3 + 255 + 1);
}

/* Lines by a clock of the test's own.  Lets the program print 'n' lines in the
 * runs of 'slot' at 'now' and returns what reached the host. */
static const char *
print_lines(struct okobpf_prog *p, int n, uint64_t now_ns, uint32_t slot)
{
    struct okobpf_env env = { .ctx.now_ns = now_ns, .ctx.slot = slot,
                              .prog = p };

    for (int i = 0; i < n; i++) {
        okobpf_helpers[HELPER_PRINTF].function((uintptr_t) "%d", i, 0, 0, 0,
                                               &env);
    }
    return test_host_printed();
}

static void
test_printf_rate_limit(void **state)
{
    const uint64_t second = 1000000000;
    struct okobpf_host host = test_host;
    struct okobpf_prog quiet = { .host = &host };
    struct okobpf_prog chatty = { .host = &host };

    (void) state;
    host.print_rate = 60;
    host.print_burst = 3;
    quiet.printer = okobpf_printer_create(&host, "quiet");
    chatty.printer = okobpf_printer_create(&host, "chatty");
    assert_non_null(quiet.printer);
    assert_non_null(chatty.printer);

    /* A burst, and no more however often it tries, from whatever slot. */
    assert_string_equal(print_lines(&chatty, 1000, 100 * second, 0),
                        "chatty: 0\nchatty: 1\nchatty: 2\n");
    assert_string_equal(print_lines(&chatty, 5, 100 * second, 1), "");
    assert_string_equal(print_lines(&chatty, 2, 100 * second, UINT32_MAX), "");
    assert_string_equal(print_lines(&chatty, 1, 101 * second - 1, 1), "");

    /* Another program has a burst of its own. */
    assert_string_equal(print_lines(&quiet, 1, 100 * second, 0),
                        "quiet: 0\n");

    /* One line a second in the long run, and what was left out is told. */
    assert_string_equal(print_lines(&chatty, 2, 101 * second, 1),
                        "chatty: 1005 messages suppressed\nchatty: 0\n");
    assert_string_equal(print_lines(&chatty, 1, 102 * second, 0),
                        "chatty: 1 message suppressed\nchatty: 0\n");
    assert_string_equal(print_lines(&chatty, 1, 103 * second, 0),
                        "chatty: 0\n");

    /* Another thread's clock may be a little behind. */
    assert_string_equal(print_lines(&chatty, 1, 103 * second - 5, 1), "");

    /* After a long silence there is a burst again, and not a longer one. */
    assert_string_equal(print_lines(&chatty, 5, 1000 * second, 0),
                        "chatty: 1 message suppressed\n"
                        "chatty: 0\nchatty: 1\nchatty: 2\n");

    /* What was not told is told in the end. */
    okobpf_printer_destroy(chatty.printer);
    assert_string_equal(test_host_printed(),
                        "chatty: 2 messages suppressed\n");
    okobpf_printer_destroy(quiet.printer);
    assert_string_equal(test_host_printed(), "");
}

/* Strange limits: none, no burst, more than numbers can hold. */
static void
test_printf_odd_limits(void **state)
{
    static const struct {
        uint32_t rate, burst;
        int n;                  /* Of 100 lines. */
    } cases[] = {
        { 0, 0, 100 },
        { 0, 5, 100 },
        { 1, 0, 1 },
        { 1, 1, 1 },
        { 1, UINT32_MAX, 100 },
        { UINT32_MAX, 50, 50 },
        { UINT32_MAX, UINT32_MAX, 100 },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct okobpf_host host = test_host;
        struct okobpf_prog p = { .host = &host };
        const char *s;
        int n = 0;

        host.print_rate = cases[i].rate;
        host.print_burst = cases[i].burst;
        p.printer = okobpf_printer_create(&host, "p");
        assert_non_null(p.printer);
        for (s = print_lines(&p, 100, 1, 0); *s; s++) {
            n += *s == '\n';
        }
        assert_int_equal(n, cases[i].n);
        okobpf_printer_destroy(p.printer);
        test_host_printed();
    }
}

static void
test_printf_format_check(void **state)
{
    static const struct {
        const char *format;
        int n_args;             /* -1 if it must be refused. */
    } cases[] = {
        { "", 0 },
        { "%%", 0 },
        { "%d", 1 },
        { "%d%u%x%X", 4 },
        { "%lld %-10llu", 2 },
        { "%d%d%d%d%d", -1 },
        { "%s", -1 },
        { "%p", -1 },
        { "%n", -1 },
        { "%f", -1 },
        { "%*d", -1 },
        { "%.3d", -1 },
        { "%100d", -1 },
        { "%99999999999999999999d", -1 },
        { "%llld", -1 },
        { "%hd", -1 },
        { "%zu", -1 },
        { "%1$d", -1 },
        { "%", -1 },
        { "%l", -1 },
        { "%-", -1 },
        { "%5%", -1 },
        { "%lc", -1 },
        { "%-+ #d", -1 },
    };
    int n_args;

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *format = cases[i].format;
        const char *error;

        error
            = okobpf_printf_format_check(format, strlen(format) + 1, &n_args);
        if (cases[i].n_args >= 0) {
            assert_null(error);
            assert_int_equal(n_args, cases[i].n_args);
        } else if (!error) {
            fail_msg("\"%s\" was accepted", format);
        }

        /* Without its null terminator. */
        assert_non_null(
            okobpf_printf_format_check(format, strlen(format), &n_args));
    }
    assert_non_null(okobpf_printf_format_check(NULL, 0, &n_args));
}

static void
test_load_bytes(void **state)
{
    static const struct {
        uint64_t ofs, len;
        bool ok;
    } cases[] = {
        { 0, 8, true },
        { 4, 4, true },
        { 7, 1, true },
        { 8, 1, false },
        { 0, 9, false },
        { 1, 8, false },
        { UINT64_MAX, 1, false },
        { UINT64_MAX - 1, 4, false },
        { UINT64_C(1) << 32, 4, false },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint8_t buf[16];
        uint64_t r0;

        memset(buf, 0xee, sizeof buf);
        r0 = call(HELPER_LOAD_BYTES, cases[i].ofs, (uintptr_t) buf,
                  cases[i].len, 0, 0);
        assert_int_equal(r0, cases[i].ok ? 0 : UINT64_MAX);
        for (size_t j = 0; j < sizeof buf; j++) {
            assert_int_equal(buf[j], j >= cases[i].len ? 0xee
                             : cases[i].ok ? cases[i].ofs + j + 1 : 0);
        }
    }
}

static void
test_plain(void **state)
{
    (void) state;
    assert_int_equal(call(HELPER_TIME_GET_NS, 0, 0, 0, 0, 0), 123456789);
    assert_int_equal(call(HELPER_GET_SLOT, 0, 0, 0, 0, 0), 3);
}

/* The same for the same bytes, wherever they are, and another for others. */
static void
test_hash(void **state)
{
    const char text[] = "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcd";

    (void) state;
    for (size_t n = 0; n <= 36; n++) {
        uint64_t h = call(HELPER_HASH, (uintptr_t) text, n, 0, 0, 0);

        assert_true(h <= UINT32_MAX);
        assert_int_equal(call(HELPER_HASH, (uintptr_t) text + 4, n, 0, 0, 0),
                         h);
        for (size_t m = 0; m < n; m++) {
            assert_int_not_equal(call(HELPER_HASH, (uintptr_t) text, m,
                                      0, 0, 0), h);
        }
    }
}

/* The Internet checksum of the 'n' bytes at 'p', as RFC 1071 has it: in units
 * of 16 bits. */
static uint16_t
csum(const uint8_t *p, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < n; i += 2) {
        sum += p[i] << 8 | p[i + 1];
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum;
}

/* Folds and inverts what the helper gives. */
static uint16_t
csum_fold(uint64_t sum)
{
    assert_true(sum <= UINT32_MAX);
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return __builtin_bswap16(~sum & 0xffff);
}

static void
test_csum_diff(void **state)
{
    uint64_t seed = 88172645463325252;

    (void) state;
    for (int round = 0; round < 2000; round++) {
        uint8_t old[64], new[64];
        size_t n = (next_random(&seed) % 16 + 1) * 4;
        size_t from = next_random(&seed) % (n / 4) * 4;
        size_t len = (next_random(&seed) % ((n - from) / 4) + 1) * 4;
        uint64_t sum;

        for (size_t i = 0; i < n; i++) {
            old[i] = (round & 1 ? 0xff : next_random(&seed) >> 32);
        }
        memcpy(new, old, n);
        for (size_t i = 0; i < len; i++) {
            new[from + i] = (round & 2 ? 0xff : next_random(&seed) >> 32);
        }

        /* From nothing, and by what changed. */
        sum = call(HELPER_CSUM_DIFF, 0, 0, (uintptr_t) old, n, 0);
        assert_int_equal(csum_fold(sum), csum(old, n));
        sum = call(HELPER_CSUM_DIFF, (uintptr_t) old + from, len,
                   (uintptr_t) new + from, len, sum);
        uint16_t folded = csum_fold(sum);
        uint16_t expected = csum(new, n);
        /* 0 and 0xffff are the same number. */
        assert_true(folded == expected || (folded + expected == 0xffff
                                           && (!folded || !expected)));

        /* And back to nothing. */
        sum = call(HELPER_CSUM_DIFF, (uintptr_t) new, n, 0, 0, sum);
        folded = csum_fold(sum);
        assert_true(folded == 0xffff || !folded);
    }
    for (int i = 1; i < 4; i++) {
        assert_int_equal(call(HELPER_CSUM_DIFF, 0, 0, (uintptr_t) "abcdefg",
                              i, 0), -1);
        assert_int_equal(call(HELPER_CSUM_DIFF, (uintptr_t) "abcdefg", 4 + i,
                              0, 0, 0), -1);
    }

    /* Only the low half of the seed counts. */
    assert_int_equal(call(HELPER_CSUM_DIFF, 0, 0, 0, 0, UINT64_MAX),
                     UINT32_MAX);
}

static void
test_random(void **state)
{
    uint32_t ones = 0, zeros = 0;
    uint64_t sum = 0;

    (void) state;
    for (int i = 0; i < 10000; i++) {
        uint64_t r0 = call(HELPER_RANDOM, 0, 0, 0, 0, 0);

        assert_true(r0 <= UINT32_MAX);
        ones |= r0;
        zeros |= ~r0;
        sum += r0;
    }
    assert_int_equal(ones, UINT32_MAX);
    assert_int_equal(zeros, UINT32_MAX);

    /* Ten standard deviations of the mean. */
    assert_in_range(sum / 10000, 0x80000000 - 124000000,
                    0x80000000 + 124000000);
}

static void
test_update_flags(void **state)
{
    struct map_spec spec = {
        .name = "m", .type = OKOBPF_MAP_HASH, .key_size = 4, .value_size = 8,
        .max_entries = 2,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);
    uint32_t key = 1;
    uint64_t value = 1;
    static const struct {
        uint64_t flags;
        enum okobpf_map_result result;
        uint64_t value;         /* Afterward, UINT64_MAX for none. */
    } cases[] = {
        { OKOBPF_EXIST, OKOBPF_MAP_NO_ENTRY, UINT64_MAX },
        { OKOBPF_NOEXIST, OKOBPF_MAP_OK, 2 },
        { OKOBPF_NOEXIST, OKOBPF_MAP_EXISTS, 2 },
        { OKOBPF_EXIST, OKOBPF_MAP_OK, 4 },
        { OKOBPF_ANY, OKOBPF_MAP_OK, 5 },
        { 3, OKOBPF_MAP_BAD_FLAGS, 5 },
        { UINT64_C(1) << 32, OKOBPF_MAP_BAD_FLAGS, 5 },
    };

    (void) state;
    assert_non_null(map);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        value = i + 1;
        assert_int_equal(call(HELPER_MAP_UPDATE_FLAGS, (uintptr_t) map,
                              (uintptr_t) &key, (uintptr_t) &value,
                              cases[i].flags, 0),
                         -(uint64_t) cases[i].result);
        assert_int_equal(get_value(map, key), cases[i].value);
    }
    okobpf_map_release(map);
    test_host_drain();
}

static void
test_names(void **state)
{
    (void) state;
    assert_int_equal(okobpf_helper_from_name("map_lookup"), HELPER_MAP_LOOKUP);
    assert_int_equal(okobpf_helper_from_name("ubpf_map_update"),
                     HELPER_MAP_UPDATE);
    assert_int_equal(okobpf_helper_from_name("bpf_map_delete"),
                     HELPER_MAP_DELETE);
    assert_int_equal(okobpf_helper_from_name("oko_map_add"), HELPER_MAP_ADD);
    assert_int_equal(okobpf_helper_from_name("printf"), HELPER_PRINTF);
    assert_int_equal(okobpf_helper_from_name(""), 0);
    assert_int_equal(okobpf_helper_from_name("bpf_"), 0);
    assert_int_equal(okobpf_helper_from_name("map_lookups"), 0);
    assert_int_equal(okobpf_helper_from_name("bpf_ubpf_hash"), 0);
    for (int id = 1; id < N_HELPERS; id++) {
        assert_non_null(okobpf_helpers[id].function);
        assert_int_equal(okobpf_helper_from_name(okobpf_helpers[id].name), id);
    }
}

/* Vectors of RFC 3174, and the edges of its padding. */
static void
test_sha1(void **state)
{
    static const struct {
        const char *s;
        int repeat;
        const char *digest;
    } vectors[] = {
        { "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
        { "a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
        { "", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
        { "a", 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a" },
        { "a", 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699" },
        { "a", 63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5" },
        { "a", 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d" },
        { "a", 65, "11655326c708d70319be2610e8a57d9a5b959d3b" },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        size_t len = strlen(vectors[i].s);
        size_t n = len * vectors[i].repeat;
        char *message = okobpf_mem_alloc(n, 1);
        uint8_t digest[SHA1_SIZE];
        char text[2 * SHA1_SIZE + 1];

        assert_non_null(message);
        for (size_t j = 0; j < n; j++) {
            message[j] = vectors[i].s[j % len];
        }
        okobpf_sha1(message, n, digest);
        for (int j = 0; j < SHA1_SIZE; j++) {
            snprintf(text + 2 * j, 3, "%02x", digest[j]);
        }
        assert_string_equal(text, vectors[i].digest);
        free(message);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_printf),
        cmocka_unit_test(test_printf_long),
        cmocka_unit_test(test_printf_rate_limit),
        cmocka_unit_test(test_printf_odd_limits),
        cmocka_unit_test(test_printf_format_check),
        cmocka_unit_test(test_load_bytes),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_csum_diff),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_update_flags),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_sha1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
