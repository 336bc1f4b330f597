/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Many indirect jumps that may each use one of many tables. */

__asm__ (
    ".macro use_table\n"
    "    .pushsection .jumptables,\"\",@progbits\n"
    "    .globl table_\\@\n"
    "    .type table_\\@, @object\n"
    "table_\\@:\n"
    "    .quad 8, 24, 40, 56, 72, 88, 104, 120\n"
    "    .size table_\\@, . - table_\\@\n"
    "    .popsection\n"
    "    r1 = table_\\@ ll\n"
    ".endm\n"
    "\n"
    ".text\n"
    ".globl entry\n"
    ".type entry, @function\n"
    "entry:\n"
    "    r0 = 0\n"
    "    .rept 1000\n"
    "    use_table\n"
    "    .endr\n"
    "    .rept 200\n"
    "    .quad 0x000000000000010d\n"       /* gotox r1 */
    "    .endr\n"
    "    exit\n"
    ".size entry, . - entry\n"
);
