/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Compares our verifier with the running kernel's: on generated programs, on
 * those of the corpus, the tests and the examples, and on changed ones.  Each
 * disagreement must be one of those that verifier/kernel.txt explains, and all
 * of these must come up.
 *
 *    verifier-kernel-test [COUNT [SEED]]
 *
 * Without COUNT, a few seconds' worth of programs.
 *
 * What only we accept also runs under the oracle, on packets of all lengths.
 * Programs of the first ABI, whose packet the kernel does not have, are made
 * to work on packets of some lengths (see kernel.h), so that only what we
 * accept of them says something.
 *
 * Exit status 77 means that the kernel could not be asked, or is older than
 * the one that the table was made for. */

#include <dirent.h>
#include <inttypes.h>
#include <sys/utsname.h>
#include "kernel-table.h"
#include "kernel.h"
#include "mem.h"
#include "verifier-gen.h"

#define DEFAULT_COUNT 3000
#define MAX_SUBJECTS 2048
#define MAX_MAP_FDS 512
#define MAX_FAILURES 10
#define MAX_QUICK_VISITS 600
#define MAX_LOG (64 * 1024 * 1024)

/* The table, and the kernel whose disagreements it explains. */
#define TABLE CORPUS_DIR "/kernel.txt"
#define TABLE_MAJOR 6
#define TABLE_MINOR 18

static struct okobpf_limits limits;
static struct kernel_packet packets[] = {
    { .len = 14 }, { .len = 34 }, { .len = 60 }, { .len = 1514 }, { .len = 1 },
    { .len = 20 }, { .len = 46 },
};
#define N_PACKETS (sizeof packets / sizeof packets[0])

static unsigned long n_both, n_neither, n_explained, n_untranslated;
static int n_failures;

/* Programs. */

static void
print_program(const struct bpf_insn *insns, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        char code[128];

        okobpf_disasm(insns, n, i, code, sizeof code);
        fprintf(stderr, "%4u: %s\n", i, code);
        i += insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW);
    }
}

/* Runs a program on packets of all lengths up to past those that it checks
 * for.  Returns false if it traps. */
static bool
try_lengths(struct subject *subject, const struct image *image,
            const struct okobpf_report *report)
{
    struct random r = { image->n_insns };

    for (uint32_t i = 0; i < 3 * 160; i++) {
        uint32_t len = i % 160;
        uint32_t filled;
        uint8_t *bytes = random_packet(&r, &filled);
        uint8_t *packet = okobpf_mem_alloc(len + 1, 1);
        struct okobpf_env env;
        bool ok;

        memcpy(packet, bytes, len < filled ? len : filled);
        env_init(&env, packet, len, &r);
        ok = subject_run(subject, image->insns, image->n_insns, &env,
                         report);
        free(packet);
        free(bytes);
        if (!ok) {
            return false;
        }
    }
    return true;
}

/* Returns where the program in 'image', which is accepted, ever goes, for
 * kernel_translate(), from our log, or NULL if that is too long.  The caller
 * must free() it. */
static uint8_t *
find_ways(const struct image *image)
{
    uint8_t *ways = okobpf_mem_alloc(image->n_insns, sizeof *ways);
    struct okobpf_limits all = limits;
    struct okobpf_report report;
    uint32_t last = 0;

    all.max_log_size = MAX_LOG;
    memset(&report, 0, sizeof report);
    okobpf_verify(image, &all, VERIFY_LOG, &report);
    if (report.log_truncated) {
        free(ways);
        ways = NULL;
    }
    for (const char *s = report.log; ways && s && *s;
         s += strcspn(s, "\n"), s += *s == '\n') {
        unsigned int at;
        char sign;

        /* "12: ..." comes after its predecessor on the path.  "back at 12,
         * with the branch not taken" says where the path goes on. */
        if (sscanf(s, "back at %u, with the branch %c", &at, &sign) == 2) {
            ways[at] |= sign == 'n' ? WAY_ON : WAY_OFF;
            last = image->n_insns;
        } else if (sscanf(s, "%u%c", &at, &sign) == 2 && sign == ':') {
            if (last < image->n_insns) {
                ways[last] |= at == last + 1 ? WAY_ON : WAY_OFF;
            }
            ways[at] |= WAY_HERE;
            last = at;
        }
    }
    okobpf_report_uninit(&report);
    return ways;
}

/* Whether the kernel accepts the program in 'image' for 'rights', whatever the
 * packet.  'ways': see kernel_translate().  If not, the message is stored in
 * the 'size' bytes at 'message'.
 * Sets '*problem' if it can't be asked. */
static bool
ask_kernel(const struct image *image, const int fds[],
           const uint8_t *ways, enum kernel_rights rights, char *message,
           size_t size, const char **problem)
{
    size_t n = image->abi == OKOBPF_ABI_PACKET ? N_PACKETS : 1;
    bool accepted = true;

    for (size_t i = 0; i < n && accepted; i++) {
        struct kernel_program program;

        *problem = kernel_translate(image, fds, &packets[i], ways,
                                    &program);
        if (*problem) {
            return false;
        }
        accepted = kernel_accepts(program.insns, program.n, rights, message,
                                  size);
        free(program.insns);
    }
    return accepted;
}

/* Notes that 'side' alone accepts the program 'name', as whoever refuses it
 * says in 'message'. */
static void
disagree(enum side side, const char *name, const struct image *image,
         const struct okobpf_report *report, const char *message)
{
    char normal[256];

    if (table_explains(side, image->abi, message, normal, sizeof normal)) {
        n_explained++;
    } else if (n_failures++ < MAX_FAILURES) {
        const char *log = kernel_log();
        size_t len = strlen(log);

        fprintf(stderr, "\n%s: accepted by %s only:\n", name,
                table_side_name(side));
        print_program(image->insns, image->n_insns);
        if (side == ONLY_KERNEL) {
            char *text = okobpf_report_format(report);

            fprintf(stderr, "%s", text ? text : "out of memory\n");
            free(text);
        } else {
            fprintf(stderr, "%s\n", len > 2000 ? log + len - 2000 : log);
        }
        fprintf(stderr, "no row in %s explains \"%s\" (abi %d)\n", TABLE,
                normal, image->abi);
    }
}

/* Compares verdicts on the program in 'image', named 'name' for people. */
static void
compare(struct subject *subject, const int fds[], const struct image *image,
        const char *name)
{
    struct okobpf_report report;
    char message[512], admin_message[512];
    const char *problem = NULL;

    memset(&report, 0, sizeof report);
    bool ours = okobpf_verify(image, &limits, 0, &report) == OKOBPF_OK;
    if (!ours && image->abi == OKOBPF_ABI_PACKET) {
        /* What is safe for some packets is not, for that, for all. */
        okobpf_report_uninit(&report);
        return;
    }
    bool users = ask_kernel(image, fds, NULL, KERNEL_USER, message,
                            sizeof message, &problem);
    if (problem) {
        n_untranslated++;
    } else if (ours && users) {
        n_both++;
    } else if (users) {
        disagree(ONLY_KERNEL, name, image, &report, report.reason);
    } else if (!ours) {
        n_neither++;
    } else {
        if (!try_lengths(subject, image, &report)) {
            fprintf(stderr, "%s: accepted, but traps\n", name);
            n_failures++;
        }
        if (ask_kernel(image, fds, NULL, KERNEL_ADMIN, admin_message,
                       sizeof admin_message, &problem)) {
            disagree(ONLY_USER_REFUSED, name, image, &report, message);
        } else {
            uint8_t *ways = find_ways(image);

            if (ask_kernel(image, fds, ways, KERNEL_ADMIN, message,
                           sizeof message, &problem)) {
                disagree(ONLY_KNOWING_WAYS, name, image, &report,
                         admin_message);
            } else {
                disagree(ONLY_US, name, image, &report, message);
            }
            free(ways);
        }
    }
    okobpf_report_uninit(&report);
}

/* Maps, which similar programs share. */

static int
map_fd(const struct map_spec *spec)
{
    static struct {
        struct map_spec spec;
        int fd;
    } made[MAX_MAP_FDS];
    static size_t n;
    const void *constant = (spec->read_only && spec->max_entries == 1
                            ? spec->init : NULL);

    for (size_t i = 0; i < n && !constant; i++) {
        const struct map_spec *old = &made[i].spec;

        if (!old->read_only && old->type == spec->type
            && old->key_size == spec->key_size
            && old->value_size == spec->value_size
            && old->max_entries == spec->max_entries) {
            return made[i].fd;
        }
    }

    int fd = kernel_map_create(spec->type, spec->key_size, spec->value_size,
                               spec->max_entries, constant);
    if (n < MAX_MAP_FDS && fd >= 0) {
        made[n].spec = *spec;
        made[n++].fd = fd;
    }
    return fd;
}

/* A program that others are made from. */
struct origin {
    char name[256];
    struct subject subject;
    int fds[OKOBPF_MAX_MAPS];
};

/* Makes 'origin' of 'image', of which it becomes the owner. */
static bool
origin_init(struct origin *origin, const char *name, const struct image *image)
{
    snprintf(origin->name, sizeof origin->name, "%s", name);
    if (!subject_init(&origin->subject, image)) {
        return false;
    }
    for (uint32_t i = 0; i < image->n_maps; i++) {
        origin->fds[i] = map_fd(&image->maps[i]);
        if (origin->fds[i] < 0) {
            perror(name);
            return false;
        }
    }
    return true;
}

/* Whether it takes the kernel seconds to verify the program of the object
 * 'name', or what is made from it. */
static bool
is_slow(const struct image *image, const char *name)
{
    struct okobpf_report report;

    memset(&report, 0, sizeof report);
    okobpf_verify(image, &limits, 0, &report);
    uint32_t n_visits = report.insns_visited;
    okobpf_report_uninit(&report);

    /* The kernel takes longer for each of these by orders of magnitude. */
    return (n_visits > MAX_QUICK_VISITS || strstr(name, "c-acl-300")
            || strstr(name, "c-count-min-pow2"));
}

/* Adds the objects in the directory 'dir', without slow ones if 'quick', to
 * the 'n' at 'origins'.  Returns their new number. */
static size_t
add_objects(const char *dir, bool quick, struct origin *origins, size_t n)
{
    static uint8_t object[1024 * 1024];
    struct dirent **entries;
    int n_entries = scandir(dir, &entries, NULL, alphasort);

    if (n_entries < 0) {
        perror(dir);
        exit(2);
    }
    for (int i = 0; i < n_entries; i++) {
        size_t len = strlen(entries[i]->d_name);
        struct okobpf_report report;
        struct image image;
        char name[1024];

        snprintf(name, sizeof name, "%s/%s", dir, entries[i]->d_name);
        bool is_object = len > 2 && !strcmp(entries[i]->d_name + len - 2,
                                            ".o");
        FILE *file = is_object ? fopen(name, "rb") : NULL;
        size_t size = file ? fread(object, 1, sizeof object, file) : 0;
        if (file) {
            fclose(file);
        }
        memset(&report, 0, sizeof report);
        if (size && n < MAX_SUBJECTS
            && okobpf_elf_load(object, size, NULL, &limits, &image, &report)
               == OKOBPF_OK) {
            if (quick && is_slow(&image, entries[i]->d_name)) {
                okobpf_image_uninit(&image);
            } else if (origin_init(&origins[n], entries[i]->d_name, &image)) {
                n++;
            } else {
                subject_uninit(&origins[n].subject);
            }
        }
        okobpf_report_uninit(&report);
        free(entries[i]);
    }
    free(entries);
    return n;
}

/* Compares 'count' generated programs and as many changed ones of 'origins',
 * of which there are 'n'. */
static void
compare_random(uint64_t seed, uint64_t count, struct origin *origins, size_t n)
{
    struct map_spec maps[VGEN_N_MAPS];
    struct origin generated[2];

    for (int i = 0; i < 2; i++) {
        struct image image;

        memcpy(maps, vgen_maps, sizeof maps);
        memset(&image, 0, sizeof image);
        image.abi = i ? OKOBPF_ABI_CONTEXT : OKOBPF_ABI_PACKET;
        image.maps = maps;
        image.n_maps = VGEN_N_MAPS;
        if (!origin_init(&generated[i], "generated", &image)) {
            fprintf(stderr, "out of memory\n");
            exit(2);
        }
    }
    for (uint64_t i = 0; i < count; i++) {
        struct bpf_insn insns[VGEN_MAX_INSNS];
        struct random r = { seed + i };
        struct origin *origin;
        char name[512];
        uint32_t len;

        random_u32(&r);
        if (random_u32(&r) % 2) {
            origin = &generated[random_u32(&r) % 2];
            len = vgen_program(&r, origin->subject.image.abi, insns);
        } else {
            do {
                origin = &origins[random_below(&r, n)];
                len = origin->subject.image.n_insns;
            } while (len > VGEN_MAX_INSNS / 2);
            memcpy(insns, origin->subject.image.insns, len * sizeof *insns);
        }
        for (int j = random_below(&r, 4); j > 0; j--) {
            len = vgen_mutate(&r, insns, len);
        }

        struct image image = origin->subject.image;
        image.insns = insns;
        image.n_insns = len;
        snprintf(name, sizeof name, "%s, seed %"PRIu64, origin->name,
                 seed + i);
        compare(&origin->subject, origin->fds, &image, name);
    }
    for (int i = 0; i < 2; i++) {
        /* These maps are not the subject's. */
        generated[i].subject.image.maps = NULL;
        generated[i].subject.image.n_maps = 0;
        subject_uninit(&generated[i].subject);
    }
}

/* Stores the release of the kernel in '*major' and '*minor', and returns it as
 * text. */
static const char *
kernel_release(int *major, int *minor)
{
    static struct utsname name;

    *major = *minor = 0;
    if (uname(&name) || sscanf(name.release, "%d.%d", major, minor) != 2) {
        return "unknown";
    }
    return name.release;
}

int
main(int argc, char *argv[])
{
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : DEFAULT_COUNT;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    static const char *const dirs[] = {
        CORPUS_OBJS "/accept", CORPUS_OBJS "/refuse", PROGS_DIR, EXAMPLES_DIR,
    };
    int major, minor;
    const char *release = kernel_release(&major, &minor);
    bool newer = (major > TABLE_MAJOR
                  || (major == TABLE_MAJOR && minor > TABLE_MINOR));
    const char *problem = kernel_unavailable();
    size_t n = 0;

    if (problem) {
        printf("verifier-kernel-test: skipped: %s\n", problem);
        return 77;
    }
    if (!newer && (major != TABLE_MAJOR || minor != TABLE_MINOR)) {
        printf("verifier-kernel-test: skipped: %s is for Linux %d.%d and "
               "newer, this is %s\n", TABLE, TABLE_MAJOR, TABLE_MINOR,
               release);
        return 77;
    }
    limits = okobpf_default_limits;
    table_read(TABLE);
    for (size_t i = 0; i < N_PACKETS; i++) {
        packets[i].fd = kernel_packet_create(packets[i].len);
        if (packets[i].fd < 0) {
            perror("bpf(BPF_MAP_CREATE)");
            return 2;
        }
    }

    struct origin *origins = okobpf_mem_alloc(MAX_SUBJECTS, sizeof *origins);
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        n = add_objects(dirs[i], argc < 2, origins, n);
    }
    for (size_t i = 0; i < n; i++) {
        compare(&origins[i].subject, origins[i].fds,
                &origins[i].subject.image, origins[i].name);
    }
    printf("verifier-kernel-test: %zu objects: %lu accepted by both, %lu by "
           "neither, %lu explained, %lu that the kernel has no like of\n",
           n, n_both, n_neither, n_explained, n_untranslated);

    n_both = n_neither = n_explained = n_untranslated = 0;
    compare_random(seed, count, origins, n);
    printf("verifier-kernel-test: %"PRIu64" random programs from seed %"PRIu64
           ": %lu accepted by both, %lu by neither, %lu explained, %lu that "
           "the kernel has no like of\n", count, seed, n_both, n_neither,
           n_explained, n_untranslated);

    /* A newer kernel may have learned something. */
    n_failures += table_print(argc < 2 && !newer);
    if (n_failures) {
        fprintf(stderr, "verifier-kernel-test: %d failures\n", n_failures);
    }
    for (size_t i = 0; i < n; i++) {
        subject_uninit(&origins[i].subject);
    }
    free(origins);
    return n_failures > 0;
}
