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

/* Uses a map whose definition the test gives: TYPE, KEY_SIZE, VALUE_SIZE,
 * ENTRIES. */

#include <oko/filter.h>

struct oko_map_def SEC("maps") table = {
    .type = TYPE,
    .key_size = KEY_SIZE,
    .value_size = VALUE_SIZE,
    .max_entries = ENTRIES,
};

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    (void) pkt;

    uint64_t key[2] = { pkt_len, 0 };
    return oko_map_lookup(&table, key) != NULL;
}
