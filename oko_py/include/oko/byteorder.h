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

#ifndef OKO_BYTEORDER_H
#define OKO_BYTEORDER_H 1

/* Conversions between network and machine byte order. */

#include "types.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OKO_SWAP16__(X) ((__u16) ((((X) & 0xff) << 8) | (((X) >> 8) & 0xff)))
#define OKO_SWAP32__(X) ((__u32) ((((X) & 0xffU) << 24)                     \
                                  | (((X) & 0xff00U) << 8)                  \
                                  | (((X) >> 8) & 0xff00U)                  \
                                  | (((X) >> 24) & 0xffU)))
#define bpf_htons(X) ((__be16) (__builtin_constant_p(X) ? OKO_SWAP16__(X)   \
                                : __builtin_bswap16(X)))
#define bpf_htonl(X) ((__be32) (__builtin_constant_p(X) ? OKO_SWAP32__(X)   \
                                : __builtin_bswap32(X)))
#define bpf_htonll(X) ((__be64) __builtin_bswap64(X))
#else
#define bpf_htons(X) ((__be16) (X))
#define bpf_htonl(X) ((__be32) (X))
#define bpf_htonll(X) ((__be64) (X))
#endif

#define bpf_ntohs(X) ((__u16) bpf_htons(X))
#define bpf_ntohl(X) ((__u32) bpf_htonl(X))
#define bpf_ntohll(X) ((__u64) bpf_htonll(X))

#endif /* oko/byteorder.h */
