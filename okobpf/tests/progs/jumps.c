/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

/* Indirect jumps by tables, as clang 22 makes them of "switch": in assembler,
 * so that older compilers do.  Places in tables are bytes from the start of the
 * section.  The result is 100 times the first byte (up to 8), plus the second
 * (up to 2), plus 7 that the function in front of it returns. */

__asm__ (
    ".text\n"
    "seven:\n"
    "    r0 = 7\n"
    "    exit\n"
    ".type seven, @function\n"
    ".size seven, . - seven\n"
    "\n"
    ".globl entry\n"
    ".type entry, @function\n"
    "entry:\n"
    "    r6 = r1\n"
    "    if r2 < 2 goto none\n"
    "    call seven\n"
    "    r7 = r0\n"
    "    r1 = *(u8 *)(r6 + 0)\n"
    "    r2 = *(u8 *)(r6 + 1)\n"
    "    if r1 > 8 goto none\n"
    "    if r2 > 2 goto none\n"
    "\n"
    /* The table's address is loaded just before the jump. */
    "    r1 <<= 3\n"
    "    r3 = first ll\n"
    "    r3 += r1\n"
    "    r1 = *(u64 *)(r3 + 0)\n"
    "    .quad 0x000000000000010d\n"       /* gotox r1 */
    "a0: r7 += 0\n"
    "    goto next\n"
    "a1: r7 += 100\n"
    "    goto next\n"
    "a2: r7 += 200\n"
    "    goto next\n"
    "a3: r7 += 300\n"
    "    goto next\n"
    "a4: r7 += 400\n"
    "    goto next\n"
    "a5: r7 += 500\n"
    "    goto next\n"
    "a6: r7 += 600\n"
    "    goto next\n"
    "a7: r7 += 700\n"
    "    goto next\n"
    "a8: r7 += 800\n"
    "    goto next\n"
    "\n"
    /* Here it is not plain to see which of two tables it is: the same one. */
    "next:\n"
    "    r2 <<= 3\n"
    "    if r2 == 0 goto other\n"
    "    r3 = second ll\n"
    "    goto load\n"
    "other:\n"
    "    r3 = second ll\n"
    "load:\n"
    "    r3 += r2\n"
    "    r4 = *(u64 *)(r3 + 0)\n"
    "    .quad 0x000000000000040d\n"       /* gotox r4 */
    "b2: r7 += 1\n"
    "b1: r7 += 1\n"
    "b0: r0 = r7\n"
    "    exit\n"
    "none:\n"
    "    r0 = 0\n"
    "    exit\n"
    ".size entry, . - entry\n"
    "\n"
    ".section .jumptables,\"\",@progbits\n"
    ".globl first\n"
    ".type first, @object\n"
    "first:\n"
    "    .quad a0 - .text\n"
    "    .quad a1 - .text\n"
    "    .quad a2 - .text\n"
    "    .quad a3 - .text\n"
    "    .quad a4 - .text\n"
    "    .quad a5 - .text\n"
    "    .quad a6 - .text\n"
    "    .quad a7 - .text\n"
    "    .quad a8 - .text\n"
    ".size first, . - first\n"
    ".globl second\n"
    ".type second, @object\n"
    "second:\n"
    "    .quad b0 - .text\n"
    "    .quad b1 - .text\n"
    "    .quad b2 - .text\n"
    ".size second, . - second\n"
);
