/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Instructions as text. */

#include <string.h>
#include "testlib.h"

#define INSN(OPCODE, DST, SRC, OFFSET, IMM) \
    { (OPCODE), (DST) | (SRC) << 4, (OFFSET), (IMM) }

static void
test_disasm(void **state)
{
    static const struct {
        struct bpf_insn insn;
        const char *text;
    } cases[] = {
        { INSN(0x07, 1, 0, 0, 14), "r1 += 14" },
        { INSN(0x0f, 1, 2, 0, 0), "r1 += r2" },
        { INSN(0x14, 1, 0, 0, -1), "w1 -= -1" },
        { INSN(0x2c, 3, 4, 0, 0), "w3 *= w4" },
        { INSN(0x37, 3, 0, 0, 7), "r3 /= 7" },
        { INSN(0x3f, 3, 4, 1, 0), "r3 s/= r4" },
        { INSN(0x94, 3, 0, 1, 7), "w3 s%= 7" },
        { INSN(0x47, 1, 0, 0, 1), "r1 |= 1" },
        { INSN(0x57, 1, 0, 0, 1), "r1 &= 1" },
        { INSN(0x67, 1, 0, 0, 1), "r1 <<= 1" },
        { INSN(0x77, 1, 0, 0, 1), "r1 >>= 1" },
        { INSN(0xa7, 1, 0, 0, 1), "r1 ^= 1" },
        { INSN(0xc7, 1, 0, 0, 1), "r1 s>>= 1" },
        { INSN(0x87, 1, 0, 0, 0), "r1 = -r1" },
        { INSN(0x84, 1, 0, 0, 0), "w1 = -w1" },
        { INSN(0xb7, 1, 0, 0, 5), "r1 = 5" },
        { INSN(0xbf, 1, 2, 0, 0), "r1 = r2" },
        { INSN(0xbc, 1, 2, 0, 0), "w1 = w2" },
        { INSN(0xbf, 1, 2, 8, 0), "r1 = (s8)" "r2" },
        { INSN(0xbf, 1, 2, 32, 0), "r1 = (s32)" "r2" },
        { INSN(0xd4, 1, 0, 0, 16), "r1 = le16 r1" },
        { INSN(0xdc, 1, 0, 0, 32), "r1 = be32 r1" },
        { INSN(0xd7, 1, 0, 0, 64), "r1 = bswap64 r1" },
        { INSN(0x71, 0, 1, 14, 0), "r0 = *(u8 *)(r1 + 14)" },
        { INSN(0x69, 0, 1, -2, 0), "r0 = *(u16 *)(r1 - 2)" },
        { INSN(0x81, 0, 1, 4, 0), "r0 = *(s32 *)(r1 + 4)" },
        { INSN(0x7b, 10, 1, -8, 0), "*(u64 *)(r10 - 8) = r1" },
        { INSN(0x62, 10, 0, -4, 9), "*(u32 *)(r10 - 4) = 9" },
        { INSN(0x79, 0, 10, -32768, 0), "r0 = *(u64 *)(r10 - 32768)" },
        { INSN(0xdb, 1, 2, 0, 0x00), "lock *(u64 *)(r1 + 0) += r2" },
        { INSN(0xc3, 1, 2, 0, 0xa0), "lock *(u32 *)(r1 + 0) ^= w2" },
        { INSN(0xdb, 1, 2, 0, 0x01),
          "r2 = atomic_fetch_add(*(u64 *)(r1 + 0), r2)" },
        { INSN(0xdb, 1, 2, 0, 0xe1), "r2 = xchg(*(u64 *)(r1 + 0), r2)" },
        { INSN(0xc3, 1, 2, 0, 0xf1),
          "w0 = cmpxchg(*(u32 *)(r1 + 0), w0, w2)" },
        { INSN(0x05, 0, 0, -5, 0), "goto -5" },
        { INSN(0x06, 0, 0, 0, 70000), "gotol +70000" },
        { INSN(0x15, 1, 0, 3, 0), "if r1 == 0 goto +3" },
        { INSN(0x2d, 1, 2, 3, 0), "if r1 > r2 goto +3" },
        { INSN(0x46, 1, 0, -3, 8), "if w1 & 8 goto -3" },
        { INSN(0x6d, 1, 2, 3, 0), "if r1 s> r2 goto +3" },
        { INSN(0xde, 1, 2, 3, 0), "if w1 s<= w2 goto +3" },
        { INSN(0x85, 0, 0, 0, 1), "call map_lookup#1" },
        { INSN(0x85, 0, 0, 0, 12345), "call #12345" },
        { INSN(0x85, 0, 1, 0, 12), "call pc+12" },
        { INSN(0x95, 0, 0, 0, 0), "exit" },
        { INSN(0x30, 0, 0, 0, 12), "r0 = *(u8 *)" "skb[12]" },
        { INSN(0x48, 0, 6, 0, -4), "r0 = *(u16 *)" "skb[r6 - 4]" },
        { INSN(0xff, 1, 2, 3, 4),
          "illegal opcode 0xff (dst 1, src 2, offset 3, imm 4)" },
        { INSN(0xe7, 1, 2, 3, 4),
          "illegal opcode 0xe7 (dst 1, src 2, offset 3, imm 4)" },
        { INSN(0x8d, 1, 2, 3, 4),
          "illegal opcode 0x8d (dst 1, src 2, offset 3, imm 4)" },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[128];

        okobpf_disasm(&cases[i].insn, 1, 0, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

static void
test_wide(void **state)
{
    static const struct {
        struct bpf_insn insns[2];
        const char *text;
    } cases[] = {
        { { INSN(0x18, 1, 0, 0, 0x55667788), INSN(0, 0, 0, 0, 0x11223344) },
          "r1 = 0x1122334455667788 ll" },
        { { INSN(0x18, 1, 5, 0, 3), INSN(0, 0, 0, 0, 0) },
          "r1 = map[3] ll" },
        { { INSN(0x18, 1, 6, 0, 3), INSN(0, 0, 0, 0, 16) },
          "r1 = map[3].value+16 ll" },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[128];

        okobpf_disasm(cases[i].insns, 2, 0, text, sizeof text);
        assert_string_equal(text, cases[i].text);

        /* Cut off. */
        okobpf_disasm(cases[i].insns, 1, 0, text, sizeof text);
        assert_memory_equal(text, "illegal", 7);
    }
}

/* Every opcode gives some text, in any amount of room. */
static void
test_all_opcodes(void **state)
{
    (void) state;
    for (int opcode = 0; opcode < 256; opcode++) {
        for (size_t size = 1; size < 128; size++) {
            const struct bpf_insn insns[2] = {
                INSN(opcode, 15, 15, INT16_MIN, INT32_MIN),
            };
            char text[128];

            memset(text, 0xee, sizeof text);
            okobpf_disasm(insns, 2, 0, text, size);
            assert_true(strnlen(text, size) < size);
            assert_int_equal((uint8_t) text[size], size < 128 ? 0xee : 0);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disasm),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_all_opcodes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
