/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifndef OKOBPF_OBJECT_LINUX_NAMES_H
#define OKOBPF_OBJECT_LINUX_NAMES_H 1

#include <stdint.h>

/* Returns the name of helper 'number' in Linux, such as "bpf_csum_diff", or
 * NULL for one that no program for packets has much use for. */
const char *okobpf_linux_helper_name(uint32_t number);

/* Returns what maps of kind 'kind' are in Linux, such as "LPM trie", or NULL
 * if it is not known. */
const char *okobpf_linux_map_kind_name(uint32_t kind);

#endif /* linux-names.h */
