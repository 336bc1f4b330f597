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

#ifndef OKOBPF_TESTS_REPAIR_H
#define OKOBPF_TESTS_REPAIR_H 1

/* Programs that the verifier accepts, made of such as it refuses. */

#include "image.h"

/* Verifies the 'n' instructions at 'insns', of a program that has all else
 * from 'image', following at most 'max_visits' instructions each time.  While
 * they are refused, replaces the instruction that is to blame by one that does
 * nothing.  Returns true once they are accepted, with what the verifier
 * said then in '*report', without texts; false if it comes to nothing. */
bool repair(struct bpf_insn *insns, uint32_t n, const struct image *image,
            uint32_t max_visits, struct okobpf_report *report);

#endif /* tests/repair.h */
