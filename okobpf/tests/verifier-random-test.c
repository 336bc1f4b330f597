/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the verifier accepts does no harm: random programs, and the corpus with
 * random changes, run under the oracle on random packets.  The same in each
 * run; for more, see fuzz-verifier.c, or
 *
 *    verifier-random-test SEED COUNT */

#include "testlib.h"

#include <dirent.h>
#include "verifier-gen.h"

#define N_PACKETS 6
#define MAX_SUBJECTS 2048

static unsigned int seed = 1;
static unsigned int count = 30000;

static struct okobpf_limits limits;

/* Verifies the 'n' instructions for 'subject' and, if they are accepted, runs
 * them.  Returns whether they were accepted. */
static bool
try(struct random *r, struct subject *subject, struct bpf_insn *insns,
    uint32_t n)
{
    struct image image = subject->image;
    struct okobpf_report report;
    bool accepted;

    image.insns = insns;
    image.n_insns = n;
    memset(&report, 0, sizeof report);
    accepted = okobpf_verify(&image, &limits, 0, &report) == OKOBPF_OK;
    for (int i = 0; accepted && i < N_PACKETS; i++) {
        struct okobpf_env env;
        uint32_t len;
        uint8_t *packet = random_packet(r, &len);

        env_init(&env, packet, len, r);
        assert_true(subject_run(subject, insns, n, &env,
                                &report));
        free(packet);
    }
    if (!accepted) {
        assert_non_null(report.reason);
    }
    okobpf_report_uninit(&report);
    return accepted;
}

static void
test_generated(void **state)
{
    struct bpf_insn insns[VGEN_MAX_INSNS];
    struct random r = { seed };
    unsigned int n_accepted = 0;

    (void) state;
    for (int abi = OKOBPF_ABI_PACKET; abi <= OKOBPF_ABI_CONTEXT; abi++) {
        struct image image;
        struct subject subject;

        memset(&image, 0, sizeof image);
        image.abi = abi;
        image.maps = malloc(sizeof vgen_maps);
        memcpy(image.maps, vgen_maps, sizeof vgen_maps);
        image.n_maps = VGEN_N_MAPS;
        assert_true(subject_init(&subject, &image));
        for (unsigned int i = 0; i < count; i++) {
            uint32_t n = vgen_program(&r, abi, insns);

            if (random_u32(&r) % 2) {
                n = vgen_mutate(&r, insns, n);
            }
            n_accepted += try(&r, &subject, insns, n);
        }

        /* The names of the maps are no strings that could be freed. */
        free(subject.image.maps);
        subject.image.maps = NULL;
        subject.image.n_maps = 0;
        subject_uninit(&subject);
    }
    print_message("%u of %u accepted\n", n_accepted, 2 * count);
    assert_true(n_accepted > count / 20);
}

/* Loads the objects of the corpus in 'kind', without the large ones, which
 * would take all the time. */
static size_t
load_corpus(const char *kind, struct subject *subjects, size_t n)
{
    struct dirent **entries;
    char name[1024];
    int n_entries;

    snprintf(name, sizeof name, "%s/%s", CORPUS_OBJS, kind);
    n_entries = scandir(name, &entries, NULL, alphasort);
    assert_true(n_entries > 0);
    for (int i = 0; i < n_entries; i++) {
        static uint8_t object[1024 * 1024];
        struct okobpf_report report;
        struct image image;

        snprintf(name, sizeof name, "%s/%s/%s", CORPUS_OBJS, kind,
                 entries[i]->d_name);
        free(entries[i]);

        FILE *file = fopen(name, "rb");
        size_t size = file ? fread(object, 1, sizeof object, file) : 0;
        if (file) {
            fclose(file);
        }
        memset(&report, 0, sizeof report);
        if (n < MAX_SUBJECTS
            && okobpf_elf_load(object, size, NULL, &limits, &image, &report)
               == OKOBPF_OK) {
            if (!subject_init(&subjects[n], &image)
                || image.n_insns > VGEN_MAX_INSNS / 2) {
                subject_uninit(&subjects[n]);
            } else {
                n++;
            }
        }
        okobpf_report_uninit(&report);
    }
    free(entries);
    return n;
}

static void
test_mutated(void **state)
{
    struct subject *subjects = calloc(MAX_SUBJECTS, sizeof *subjects);
    struct bpf_insn insns[VGEN_MAX_INSNS];
    struct random r = { seed };
    unsigned int n_accepted = 0;
    size_t n_subjects = 0;

    (void) state;
    n_subjects = load_corpus("accept", subjects, n_subjects);
    n_subjects = load_corpus("refuse", subjects, n_subjects);
    for (unsigned int i = 0; i < count * 3; i++) {
        struct subject *subject = &subjects[random_below(&r, n_subjects)];
        uint32_t n = subject->image.n_insns;

        memcpy(insns, subject->image.insns, n * sizeof *insns);
        for (int j = random_below(&r, random_u32(&r) % 4 ? 4 : 16); j >= 0;
             j--) {
            n = vgen_mutate(&r, insns, n);
        }
        n_accepted += try(&r, subject, insns, n);
    }
    for (size_t i = 0; i < n_subjects; i++) {
        subject_uninit(&subjects[i]);
    }
    free(subjects);
    print_message("%u of %u accepted\n", n_accepted, 3 * count);
    assert_true(n_accepted > count / 20);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generated),
        cmocka_unit_test(test_mutated),
    };

    if (argc > 1) {
        seed = strtoul(argv[1], NULL, 0);
    }
    if (argc > 2) {
        count = strtoul(argv[2], NULL, 0);
    }
    limits = okobpf_default_limits;
    limits.max_visits = 20000;
    limits.max_verify_ns = limits.max_verify_wall_ns = UINT64_MAX;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
