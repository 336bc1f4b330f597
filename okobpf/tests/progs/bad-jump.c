/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* An indirect jump without a table of places. */

__asm__ (
    ".text\n"
    ".globl entry\n"
    ".type entry, @function\n"
    "entry:\n"
    "    r3 = table ll\n"
    "    r1 = *(u64 *)(r3 + 0)\n"
    "    .quad 0x000000000000010d\n"       /* gotox r1 */
    "    r0 = 0\n"
    "    exit\n"
    ".size entry, . - entry\n"
    "\n"
    ".section .rodata,\"a\",@progbits\n"
    ".globl table\n"
    ".type table, @object\n"
    "table:\n"
    "    .quad 32\n"
    ".size table, . - table\n"
);
