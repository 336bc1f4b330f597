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

#ifndef OKOBPF_OBJECT_LINUX_NAMES_H
#define OKOBPF_OBJECT_LINUX_NAMES_H 1

#include <stdint.h>

/* Returns the name of helper 'number' in Linux, such as "bpf_csum_diff", or
 * NULL for one that no program for packets has much use for. */
const char *linux_helper_name(uint32_t number);

/* Returns what maps of kind 'kind' are in Linux, such as "LPM trie", or NULL
 * if it is not known. */
const char *linux_map_kind_name(uint32_t kind);

#endif /* linux-names.h */
