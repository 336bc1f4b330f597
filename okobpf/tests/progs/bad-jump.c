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
