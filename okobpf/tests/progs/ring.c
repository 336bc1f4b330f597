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


/* Puts the first bytes of the packet into a ring: as many as the first of them
 * says.  Returns the helper's result. */

#include "prog.h"

#define MAX_EVENT 40

struct map_def events = { RING, sizeof(u32), MAX_EVENT, 8, 0 };

u64
entry(const u8 *pkt, u64 len)
{
    u8 size;

    if (len < MAX_EVENT) {
        return 1;
    }
    size = pkt[0];
    return (size <= MAX_EVENT
            ? (u64) (long long) ring_output(&events, pkt, size) : 2);
}
