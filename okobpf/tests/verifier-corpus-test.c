/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The verifier's corpus: each program in verifier/accept must be accepted, and
 * must then do no harm on random packets; each in verifier/refuse must be
 * refused for the reason in its comment "expect: ...".
 *
 *    verifier-corpus-test [NAME]...  only programs with NAME in their names */

#include "testlib.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verifier-test.h"

#define N_PACKETS 200
#define MAX_CASES 4096

struct corpus_case {
    char object[512];           /* File name of the object. */
    char expect[256];           /* Reason for the refusal, "" if any. */
    bool accept;
};

static uint8_t *
read_file(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    uint8_t *data;
    long n;

    if (!file) {
        fail_msg("%s: cannot open", name);
    }
    fseek(file, 0, SEEK_END);
    n = ftell(file);
    rewind(file);
    data = malloc(n + 1);
    *size = fread(data, 1, n, file);
    data[*size] = '\0';
    fclose(file);
    return data;
}

/* The default limits, but those on time. */
static struct okobpf_limits limits;

static void
check_accepted(struct image *image, const struct okobpf_report *report)
{
    struct random r = { 42 };
    struct subject subject;

    assert_true(subject_init(&subject, image));
    for (int i = 0; i < N_PACKETS; i++) {
        struct okobpf_env env;
        uint32_t len;
        uint8_t *packet = random_packet(&r, &len);

        env_init(&env, packet, len, &r);
        assert_true(subject_run(&subject, image->insns, image->n_insns, &env,
                                report));
        free(packet);
    }
    subject_uninit(&subject);
}

static void
check_refused(const struct corpus_case *c, const struct okobpf_report *report)
{
    assert_non_null(report->reason);
    if (!strstr(report->reason, c->expect)) {
        fail_msg("expected \"%s\", got \"%s\"", c->expect, report->reason);
    }
    assert_non_null(report->where);
    assert_non_null(report->advice);
    assert_true(report->insn >= 0);
    assert_null(strchr(report->reason, '\n'));
}

static void
test_case(void **state)
{
    const struct corpus_case *c = *state;
    struct okobpf_report report, logged;
    enum okobpf_status status;
    struct image image;
    size_t size;

    uint8_t *object = read_file(c->object, &size);
    memset(&report, 0, sizeof report);
    memset(&logged, 0, sizeof logged);
    if (okobpf_elf_load(object, size, NULL, &limits, &image, &report)
        != OKOBPF_OK) {
        fail_msg("%s", report.reason);
    }
    status = okobpf_verify(&image, &limits, 0, &report);

    /* The log changes nothing, and is always there. */
    assert_int_equal(okobpf_verify(&image, &limits, VERIFY_LOG,
                                   &logged), status);
    assert_non_null(logged.log);
    assert_true(strlen(logged.log) <= limits.max_log_size);
    assert_true(report.peak_memory <= limits.max_verify_memory);

    if (c->accept) {
        if (status != OKOBPF_OK) {
            char *text = okobpf_report_format(&report);

            print_error("%s", text);
            free(text);
            fail();
        }
        check_accepted(&image, &report);
    } else {
        assert_true(status == OKOBPF_REJECTED || status == OKOBPF_LIMIT);
        check_refused(c, &report);
        okobpf_image_uninit(&image);
    }
    okobpf_report_uninit(&report);
    okobpf_report_uninit(&logged);
    free(object);
}

/* Stores what the source of 'c' expects. */
static void
read_expectation(struct corpus_case *c, const char *source)
{
    static const char mark[] = "/* expect: ";
    size_t size;
    char *text = (char *) read_file(source, &size);
    const char *start = strstr(text, mark);
    const char *end = start ? strstr(start, " */") : NULL;

    if (start && end > start + strlen(mark)) {
        start += strlen(mark);
        snprintf(c->expect, sizeof c->expect, "%.*s", (int) (end - start),
                 start);
    } else {
        print_error("%s: no reason to expect\n", source);
        exit(1);
    }
    free(text);
}

static bool
is_wanted(const char *name, int argc, char *argv[])
{
    for (int i = 1; i < argc; i++) {
        if (strstr(name, argv[i])) {
            return true;
        }
    }
    return argc < 2;
}

/* Adds the objects of all sources in the folder 'kind' of 'dir' to 'tests'. */
static size_t
add_cases(const char *dir, const char *kind, int argc, char *argv[],
          struct CMUnitTest *tests, size_t n)
{
    static const char *const versions[] = { "v1", "v2", "v3" };
    struct dirent **entries;
    char name[1024];
    int n_entries;

    snprintf(name, sizeof name, "%s/%s", dir, kind);
    n_entries = scandir(name, &entries, NULL, alphasort);
    if (n_entries < 0) {
        print_error("%s: cannot read\n", name);
        exit(1);
    }
    for (int i = 0; i < n_entries; i++) {
        const char *source = entries[i]->d_name;
        const char *dot = strrchr(source, '.');
        bool is_c = dot && !strcmp(dot, ".c");

        if (dot && (is_c || !strcmp(dot, ".s"))
            && is_wanted(source, argc, argv)) {
            for (int v = 0; v < (is_c ? 3 : 1) && n < MAX_CASES; v++) {
                struct corpus_case *c = calloc(1, sizeof *c);

                c->accept = !strcmp(kind, "accept");
                snprintf(c->object, sizeof c->object, "%s/%s/%s.%s%s",
                         CORPUS_OBJS, kind, source, is_c ? versions[v] : "",
                         is_c ? ".o" : "o");
                if (!c->accept) {
                    snprintf(name, sizeof name, "%s/%s/%s", dir, kind,
                             source);
                    read_expectation(c, name);
                }
                tests[n++] = (struct CMUnitTest) {
                    .name = strdup(strstr(c->object, kind)),
                    .test_func = test_case,
                    .initial_state = c,
                };
            }
        }
        free(entries[i]);
    }
    free(entries);
    return n;
}

int
main(int argc, char *argv[])
{
    struct CMUnitTest *tests = calloc(MAX_CASES, sizeof *tests);
    size_t n = 0;
    int failed;

    limits = okobpf_default_limits;
    limits.max_verify_ns = limits.max_verify_wall_ns = UINT64_MAX;
    n = add_cases(CORPUS_DIR, "accept", argc, argv, tests, n);
    n = add_cases(CORPUS_GENERATED, "accept", argc, argv, tests, n);
    n = add_cases(CORPUS_DIR, "refuse", argc, argv, tests, n);
    n = add_cases(CORPUS_GENERATED, "refuse", argc, argv, tests, n);
    failed = _cmocka_run_group_tests("corpus", tests, n, NULL, NULL);
    for (size_t i = 0; i < n; i++) {
        free(tests[i].initial_state);
        free((char *) (uintptr_t) tests[i].name);
    }
    free(tests);
    return failed;
}
