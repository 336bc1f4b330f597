/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Layouts of keys and values: see layout.h.  All comes from a hostile object:
 * what is too deep, too long or too large makes the layout one that differs
 * from every other. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/layout.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "object/btf-types.h"
#include "object/load.h"

#define MAX_DIMS 4              /* Arrays of arrays. */
#define MAX_PATH 256
#define MAX_TOLD 3              /* Differences that are described. */

enum field_kind {
    FIELD_UNSIGNED,
    FIELD_SIGNED,
    FIELD_BOOL,
    FIELD_POINTER,
    FIELD_FLOAT,
    FIELD_ENUM,
};

struct enumerator {
    const char *name;
    int64_t value;
};

/* A scalar, or all of its kind in an array. */
struct layout_field {
    const char *path;           /* "", "syns", "hops[].port". */
    uint64_t bit_offset;        /* Of the first, in the key or value. */
    uint32_t bits;
    enum field_kind kind;
    uint32_t n_dims;
    struct {
        uint32_t n;             /* Elements. */
        uint32_t stride;        /* Bytes from one to the next. */
    } dims[MAX_DIMS];
    const struct enumerator *enumerators;
    uint32_t n_enumerators;
};

/* Reading. */

struct reader {
    struct image *image;
    const struct btf *btf;
    uint32_t *budget;
    struct layout_field *fields;
    uint32_t n_fields;
    uint32_t capacity;
    bool too_large;
    bool bad;                   /* Makes no sense. */
    bool no_memory;
};

static void
read_member(const uint8_t *members, uint32_t i, struct file_member *m)
{
    memcpy(m, members + i * sizeof *m, sizeof *m);
}

/* Where the reader is in a type. */
struct place {
    char path[MAX_PATH];
    size_t len;
    uint64_t bit_offset;
    uint32_t bits;              /* Of a bit field, or 0. */
    uint32_t n_dims;
    struct {
        uint32_t n;
        uint32_t stride;
    } dims[MAX_DIMS];
};

/* Adds 's' to the path of 'at'.  Returns false if that gets too long. */
static bool
extend_path(struct place *at, const char *s, bool dot)
{
    size_t n = strlen(s);

    if (n + dot >= sizeof at->path - at->len) {
        return false;
    }
    if (dot) {
        at->path[at->len++] = '.';
    }
    memcpy(at->path + at->len, s, n + 1);
    at->len += n;
    return true;
}

static void
read_enumerators(struct reader *r, struct layout_field *field,
                 const struct file_type *t, const uint8_t *extra)
{
    bool wide = btf_type_kind(t) == KIND_ENUM64;
    uint32_t n = btf_type_vlen(t);
    struct enumerator *list;

    if (n > *r->budget) {
        r->too_large = true;
        return;
    }
    *r->budget -= n;
    list = okobpf_image_alloc(r->image, n * sizeof *list);
    if (!list) {
        r->no_memory = true;
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t words[3] = { 0, 0, 0 };

        memcpy(words, extra + i * (wide ? 12 : 8), wide ? 12 : 8);
        list[i].name = okobpf_image_strdup(r->image,
                                           okobpf_btf_string(r->btf, words[0]),
                                           MAX_PATH);
        list[i].value = (wide ? (int64_t) ((uint64_t) words[2] << 32
                                           | words[1])
                         : (int32_t) words[1]);
        if (!list[i].name) {
            r->no_memory = true;
            return;
        }
    }
    field->enumerators = list;
    field->n_enumerators = n;
}

/* Adds the scalar of type 't' that is at 'at'. */
static void
add_field(struct reader *r, const struct file_type *t, const uint8_t *extra,
          const struct place *at)
{
    struct layout_field field = {
        .bit_offset = at->bit_offset,
        .bits = t->size_or_type * 8,
        .n_dims = at->n_dims,
    };
    uint32_t encoding;

    if (r->n_fields >= r->capacity) {
        uint32_t capacity = r->capacity ? r->capacity * 2 : 16;
        struct layout_field *fields;

        fields = okobpf_image_alloc(r->image, capacity * sizeof *fields);
        if (!fields) {
            r->no_memory = true;
            return;
        }
        if (r->n_fields) {
            memcpy(fields, r->fields, r->n_fields * sizeof *fields);
        }
        r->fields = fields;
        r->capacity = capacity;
    }

    switch (btf_type_kind(t)) {
    case KIND_INT:
        /* Encoding, offset in bits, and bits. */
        memcpy(&encoding, extra, sizeof encoding);
        field.bit_offset += encoding >> 16 & 0xff;
        field.bits = encoding & 0xff;
        field.kind = (encoding >> 24 & 4 ? FIELD_BOOL
                      : encoding >> 24 & 1 ? FIELD_SIGNED : FIELD_UNSIGNED);
        break;
    case KIND_PTR:
        field.bits = 64;
        field.kind = FIELD_POINTER;
        break;
    case KIND_FLOAT:
        field.kind = FIELD_FLOAT;
        break;
    default:
        field.kind = FIELD_ENUM;
        read_enumerators(r, &field, t, extra);
        break;
    }
    if (at->bits) {
        field.bits = at->bits;
    }
    memcpy(field.dims, at->dims, sizeof field.dims);
    field.path = okobpf_image_strdup(r->image, at->path, MAX_PATH);
    if (!field.path) {
        r->no_memory = true;
        return;
    }
    r->fields[r->n_fields++] = field;
}

/* Adds the scalars of type number 'id' at '*at'. */
static void
read_type(struct reader *r, uint32_t id, const struct place *at_, int depth)
{
    struct place at = *at_;
    const uint8_t *extra;
    struct file_array a;
    struct file_type t;

    if (r->too_large || r->bad || r->no_memory) {
        return;
    }
    extra = okobpf_btf_plain_type(r->btf, id, &t);
    if (!extra) {
        r->bad = true;
        return;
    }
    /* A type without scalars costs time, too. */
    if (depth >= BTF_MAX_DEPTH || !*r->budget) {
        r->too_large = true;
        return;
    }
    *r->budget -= 1;

    switch (btf_type_kind(&t)) {
    case KIND_INT:
    case KIND_PTR:
    case KIND_ENUM:
    case KIND_ENUM64:
    case KIND_FLOAT:
        add_field(r, &t, extra, &at);
        break;
    case KIND_ARRAY:
        memcpy(&a, extra, sizeof a);
        if (at.n_dims >= MAX_DIMS || !extend_path(&at, "[]", false)) {
            r->too_large = true;
            break;
        }
        at.dims[at.n_dims].n = a.n_elems;
        at.dims[at.n_dims++].stride = okobpf_btf_type_size(r->btf, a.type);
        read_type(r, a.type, &at, depth + 1);
        break;
    case KIND_STRUCT:
    case KIND_UNION:
        for (uint32_t i = 0; i < btf_type_vlen(&t); i++) {
            struct place member = at;
            struct file_member m;
            const char *name;

            read_member(extra, i, &m);
            name = okobpf_btf_string(r->btf, m.name);
            if (t.info >> 31) {
                member.bits = m.offset >> 24;
                m.offset &= 0xffffff;
            } else {
                member.bits = 0;
            }
            member.bit_offset += m.offset;
            if (*name && !extend_path(&member, name, member.len > 0)) {
                r->too_large = true;
                break;
            }
            read_type(r, m.type, &member, depth + 1);
        }
        break;
    default:
        r->bad = true;
        break;
    }
}

/* Stores the layout of type number 'id', which should have 'size' bytes, in
 * '*layout'.  Returns false if memory is exhausted. */
static bool
read_layout(struct image *image, const struct btf *btf, uint32_t id,
            uint32_t size, uint32_t *budget, const struct layout **layoutp)
{
    struct reader r = { .image = image, .btf = btf, .budget = budget };
    static const struct place start;
    struct layout *layout;

    *layoutp = NULL;
    if (!size || okobpf_btf_type_size(btf, id) != size) {
        return true;
    }
    read_type(&r, id, &start, 0);
    if (r.no_memory) {
        return false;
    }
    if (r.bad) {
        return true;
    }
    layout = okobpf_image_alloc(image, sizeof *layout);
    if (!layout) {
        return false;
    }
    layout->fields = r.fields;
    layout->n_fields = r.n_fields;
    layout->too_large = r.too_large;
    *layoutp = layout;
    return true;
}

/* Stores the structure type of the variable 'name' in '*t' and returns its
 * members, or NULL if there is no such variable. */
static const uint8_t *
read_var_struct(const struct btf *btf, const char *name, struct file_type *t)
{
    const uint8_t *members
        = okobpf_btf_plain_type(btf, okobpf_btf_var_type(btf, name), t);

    return members && btf_type_kind(t) == KIND_STRUCT ? members : NULL;
}

/* Stores the numbers of the types of the map 'name' in '*key' and '*value', 0
 * if they are not known: from a definition by __type(), or from the variable
 * that OKO_MAP() and others put beside the definition. */
static void
find_types(const struct btf *btf, const char *name, uint32_t *key,
           uint32_t *value)
{
    char beside[MAX_PATH];
    const uint8_t *members;
    struct file_type t;
    bool by_pointer;
    int n;

    *key = *value = 0;
    n = snprintf(beside, sizeof beside, "____btf_map_%s", name);
    members = (n > 0 && n < sizeof beside
               ? read_var_struct(btf, beside, &t) : NULL);
    by_pointer = !members;
    if (by_pointer) {
        members = read_var_struct(btf, name, &t);
    }
    for (uint32_t i = 0; members && i < btf_type_vlen(&t); i++) {
        struct file_member m;
        uint32_t id;

        read_member(members, i, &m);
        id = m.type;
        if (by_pointer && !okobpf_btf_pointer_target(btf, m.type, &id)) {
            continue;
        }
        if (!strcmp(okobpf_btf_string(btf, m.name), "key")) {
            *key = id;
        } else if (!strcmp(okobpf_btf_string(btf, m.name), "value")) {
            *value = id;
        }
    }
}

bool
okobpf_layout_load(struct image *image, const struct btf *btf,
                   struct map_spec *spec, uint32_t *budget)
{
    uint32_t key, value;

    find_types(btf, spec->name, &key, &value);
    return (read_layout(image, btf, key, spec->key_size, budget,
                        &spec->key_layout)
            && read_layout(image, btf, value, spec->value_size, budget,
                           &spec->value_layout));
}

/* Comparing. */

/* Describes differences. */
struct differ {
    const char *subject;
    char *buf;
    size_t size;
    size_t len;
    int n;                      /* Found so far. */
};

const char *
okobpf_printable_name(const char *s, char *buf, size_t size)
{
    size_t n = 0;

    for (; s[n] && n + 1 < size; n++) {
        buf[n] = s[n] > ' ' && s[n] < 0x7f ? s[n] : '?';
    }
    buf[n] = '\0';
    return buf;
}

static void __attribute__((__format__(__printf__, 2, 3)))
put(struct differ *d, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(d->buf + d->len, d->size - d->len, format, args);
    va_end(args);
    if (n > 0) {
        d->len = d->len + n < d->size ? d->len + n : d->size - 1;
    }
}

/* Begins the description of another difference, at 'field'.  Returns false if
 * it is one too many. */
static bool
begin(struct differ *d, const struct layout_field *field)
{
    char name[64];

    if (d->n++ >= MAX_TOLD) {
        return false;
    }
    put(d, "%s%s", d->n > 1 ? ", " : "", d->subject);
    if (*field->path) {
        put(d, "'s member '%s'",
            okobpf_printable_name(field->path, name, sizeof name));
    }
    return true;
}

static const char *
kind_to_string(enum field_kind kind)
{
    switch (kind) {
    case FIELD_UNSIGNED:
        return "an unsigned integer";
    case FIELD_SIGNED:
        return "a signed integer";
    case FIELD_BOOL:
        return "a truth value";
    case FIELD_POINTER:
        return "a pointer";
    case FIELD_FLOAT:
        return "a floating-point number";
    case FIELD_ENUM:
        return "an enumeration";
    }
    return "unknown";
}

/* Compares where two scalars are. */
static void
compare_offsets(struct differ *d, const struct layout_field *old,
                const struct layout_field *new)
{
    if (old->bit_offset != new->bit_offset && begin(d, new)) {
        if ((old->bit_offset | new->bit_offset) % 8) {
            put(d, " is at bit %"PRIu64", was at %"PRIu64, new->bit_offset,
                old->bit_offset);
        } else {
            put(d, " is at offset %"PRIu64", was at %"PRIu64,
                new->bit_offset / 8, old->bit_offset / 8);
        }
    }
}

/* Compares the sizes and kinds of two scalars. */
static void
compare_kinds(struct differ *d, const struct layout_field *old,
              const struct layout_field *new)
{
    if (old->bits != new->bits) {
        bool bytes = !((old->bits | new->bits) % 8);

        if (begin(d, new)) {
            put(d, " has %"PRIu32" %s, had %"PRIu32,
                bytes ? new->bits / 8 : new->bits, bytes ? "bytes" : "bits",
                bytes ? old->bits / 8 : old->bits);
        }
    } else if (old->kind != new->kind) {
        if (begin(d, new)) {
            put(d, " is %s, was %s", kind_to_string(new->kind),
                kind_to_string(old->kind));
        }
    }
}

static void
compare_enumerators(struct differ *d, const struct layout_field *old,
                    const struct layout_field *new)
{
    for (uint32_t i = 0; i < old->n_enumerators; i++) {
        const struct enumerator *e = &old->enumerators[i];
        const struct enumerator *same = NULL;
        char name[64];

        /* Most often it is where it was. */
        if (i < new->n_enumerators
            && !strcmp(new->enumerators[i].name, e->name)) {
            same = &new->enumerators[i];
        }
        for (uint32_t j = 0; !same && j < new->n_enumerators; j++) {
            if (!strcmp(new->enumerators[j].name, e->name)) {
                same = &new->enumerators[j];
            }
        }
        if (same && same->value == e->value) {
            continue;
        }
        if (!begin(d, new)) {
            return;
        }
        okobpf_printable_name(e->name, name, sizeof name);
        if (same) {
            put(d, " has '%s' for %"PRId64", had it for %"PRId64, name,
                same->value, e->value);
        } else {
            put(d, " no longer has '%s' for %"PRId64, name, e->value);
        }
        return;
    }
}

/* Compares two scalars of the same path. */
static void
compare_fields(struct differ *d, const struct layout_field *old,
               const struct layout_field *new)
{
    compare_offsets(d, old, new);
    compare_kinds(d, old, new);
    if (old->kind == FIELD_ENUM && new->kind == FIELD_ENUM) {
        compare_enumerators(d, old, new);
    }
    for (uint32_t i = 0; i < new->n_dims && i < old->n_dims; i++) {
        if (old->dims[i].n != new->dims[i].n) {
            if (begin(d, new)) {
                put(d, " has %"PRIu32" elements, had %"PRIu32,
                    new->dims[i].n, old->dims[i].n);
            }
        } else if (old->dims[i].stride != new->dims[i].stride) {
            if (begin(d, new)) {
                put(d, " has elements %"PRIu32" bytes apart, had them "
                    "%"PRIu32, new->dims[i].stride, old->dims[i].stride);
            }
        }
    }
}

/* Returns the scalar of 'layout' with the path of 'field', looking first at
 * the place where it was found last. */
static const struct layout_field *
find_field(const struct layout *layout, const struct layout_field *field,
           uint32_t *hint)
{
    for (uint32_t i = 0; i < layout->n_fields; i++) {
        uint32_t at = (*hint + i) % layout->n_fields;

        if (!strcmp(layout->fields[at].path, field->path)) {
            *hint = at + 1;
            return &layout->fields[at];
        }
    }
    return NULL;
}

bool
okobpf_layout_equal(const struct layout *old, const struct layout *new,
                    const char *subject, char *buf, size_t size)
{
    struct differ d = { .subject = subject, .buf = buf, .size = size };
    uint32_t hint;

    *buf = '\0';
    if (old->too_large || new->too_large) {
        put(&d, "%s has a type too large to compare", subject);
        return false;
    }

    hint = 0;
    for (uint32_t i = 0; i < new->n_fields; i++) {
        const struct layout_field *field = &new->fields[i];
        const struct layout_field *was = find_field(old, field, &hint);

        if (was) {
            compare_fields(&d, was, field);
        } else if (begin(&d, field)) {
            put(&d, " is new");
        }
        if (d.n > MAX_TOLD) {
            break;
        }
    }
    hint = 0;
    for (uint32_t i = 0; d.n <= MAX_TOLD && i < old->n_fields; i++) {
        if (!find_field(new, &old->fields[i], &hint)
            && begin(&d, &old->fields[i])) {
            put(&d, " is gone");
        }
    }
    if (d.n > MAX_TOLD) {
        put(&d, ", and more");
    }
    return !d.n;
}
