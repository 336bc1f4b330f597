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

#ifndef OKOBPF_PRINTABLE_H
#define OKOBPF_PRINTABLE_H 1

#include <stddef.h>

/* Puts '?' in place of what is no text in the 'n' bytes at 's', which come from
 * an object and will be shown to people: control characters, which could make
 * a terminal do things, and bytes that are not UTF-8.  Null bytes stay. */
void make_printable(char *s, size_t n);

#endif /* printable.h */
