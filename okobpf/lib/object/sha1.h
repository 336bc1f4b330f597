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



#ifndef OKOBPF_OBJECT_SHA1_H
#define OKOBPF_OBJECT_SHA1_H 1

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20            /* Bytes. */

/* Stores the SHA-1 digest of the 'n' bytes at 'p' in 'digest'. */
void sha1(const void *p, size_t n, uint8_t digest[SHA1_SIZE]);

#endif /* sha1.h */
