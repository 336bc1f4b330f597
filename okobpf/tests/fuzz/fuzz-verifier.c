/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Fuzzer for the verifier: the input is instructions, the first byte says for
 * which ABI.  What is accepted runs under the oracle on a packet made of the
 * input: a trap is a hole in the verifier.
 *
 *    make fuzz && build/okobpf/fuzz/fuzz-verifier okobpf/tests/corpus/verifier
 */

#include "verifier-gen.h"

#define MAX_INSNS 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef LIBFUZZER
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                               unsigned int seed);

/* libFuzzer's. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
#endif

static struct map_spec maps[] = {
    {
        .name = (char *) "array",
        .type = OKOBPF_MAP_ARRAY,
        .key_size = 4,
        .value_size = 64,
        .max_entries = 4,
    }, {
        .name = (char *) "hash",
        .type = OKOBPF_MAP_HASH,
        .key_size = 4,
        .value_size = 16,
        .max_entries = 16,
    }, {
        .name = (char *) "bloom",
        .type = OKOBPF_MAP_BLOOM,
        .key_size = 4,
        .value_size = 4,
        .max_entries = 64,
        .n_hash_functions = 2,
    }, {
        .name = (char *) ".rodata",
        .type = OKOBPF_MAP_ARRAY,
        .key_size = 4,
        .value_size = 16,
        .max_entries = 1,
        .init = (const uint8_t *) "%d %x\0 12345678",
        .globals = true,
        .read_only = true,
    },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct subject subjects[2];
    struct bpf_insn insns[MAX_INSNS];
    struct okobpf_limits limits = okobpf_default_limits;
    struct okobpf_report report;
    size_t n = size ? (size - 1) / sizeof *insns : 0;

    if (!n || n > MAX_INSNS) {
        return 0;
    }
    memcpy(insns, data + 1, n * sizeof *insns);

    int abi = data[0] & 1 ? OKOBPF_ABI_PACKET : OKOBPF_ABI_CONTEXT;
    struct subject *subject = &subjects[abi - 1];
    if (!subject->image.n_maps) {
        struct image image;

        memset(&image, 0, sizeof image);
        image.abi = abi;
        image.maps = maps;
        image.n_maps = sizeof maps / sizeof maps[0];
        if (!subject_init(subject, &image)) {
            __builtin_trap();
        }
    }

    struct image image = subject->image;
    image.insns = insns;
    image.n_insns = n;
    limits.max_visits = 20000;
    limits.max_verify_ns = limits.max_verify_wall_ns = UINT64_MAX;
    memset(&report, 0, sizeof report);
    if (okobpf_verify(&image, &limits, data[0] & 2 ? VERIFY_LOG : 0, &report)
        == OKOBPF_OK) {
        struct random r = { size };
        struct okobpf_env env;

        for (int i = 0; i < 4; i++) {
            uint32_t len;
            uint8_t *packet = random_packet(&r, &len);

            memcpy(packet, data, len < size ? len : size);
            env_init(&env, packet, len, &r);
            if (!subject_run(subject, insns, n, &env, &report)) {
                __builtin_trap();
            }
            free(packet);
        }
    } else if (!report.reason) {
        __builtin_trap();
    }
    okobpf_report_uninit(&report);
    return 0;
}

#ifdef LIBFUZZER
/* Changes the program in the 'size' bytes at 'data'.  Whole instructions are
 * changed, most often: few changes of single bytes leave a program that gets
 * as far as to be followed. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                        unsigned int seed)
{
    struct bpf_insn insns[VGEN_MAX_INSNS];
    struct random r = { seed };
    size_t n = size ? (size - 1) / sizeof *insns : 0;

    switch (random_below(&r, 16)) {
    case 0: case 1:
        return LLVMFuzzerMutate(data, size, max_size);

    case 2:
        n = vgen_program(&r, (data[0] & 1 ? OKOBPF_ABI_PACKET
                              : OKOBPF_ABI_CONTEXT), insns);
        break;

    default:
        if (!n || n > VGEN_MAX_INSNS) {
            return LLVMFuzzerMutate(data, size, max_size);
        }
        memcpy(insns, data + 1, n * sizeof *insns);
        for (int i = random_below(&r, 4); i >= 0; i--) {
            n = vgen_mutate(&r, insns, n);
        }
        break;
    }
    if (1 + n * sizeof *insns > max_size) {
        return size;
    }
    memcpy(data + 1, insns, n * sizeof *insns);
    return 1 + n * sizeof *insns;
}
#endif /* LIBFUZZER */
