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

#ifndef OKO_TYPES_H
#define OKO_TYPES_H 1

/* Integer types for BPF programs.
 *
 * Programs for the BPF target have no C library, and the one of the machine
 * that compiles them does not fit.  These are the same types that clang's own
 * <stdint.h> and Linux's <linux/types.h> define, so a program may include
 * those as well. */

typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __SIZE_TYPE__ size_t;

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;

/* Integers in network byte order.
 *
 * The type tells people and oko_py, which reads it from the object's BTF, how
 * the bytes are to be read.  Nothing converts by itself: see bpf_ntohs() and
 * its kin in net.h. */
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;

#ifndef __cplusplus
#if !defined(__STDC_VERSION__) || __STDC_VERSION__ < 202311L
#ifndef bool
#define bool _Bool
#define true 1
#define false 0
#endif
#endif
#endif

#ifndef NULL
#define NULL ((void *) 0)
#endif

#endif /* oko/types.h */
