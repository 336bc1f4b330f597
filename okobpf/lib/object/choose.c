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

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* Chooses the program of an object.
 *
 * It is the section that the caller asks for, or else the first one called
 * "filter" or "filter/NAME" (second ABI), or else the first that holds code
 * (first ABI).  Within the section, it is the function called "entry" if there
 * is one (first ABI), or else what begins at offset 0. */

#include "object/load.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NAME 256
#define MAX_LISTED 8            /* Names in an error message. */

static bool
is_filter_section(const char *name)
{
    return !strcmp(name, "filter") || !strncmp(name, "filter/", 7);
}

/* Returns the index of the section to load, or 0 if there is none. */
static uint32_t
choose_section(const struct elf *elf, const char *name)
{
    uint32_t first = 0;

    for (uint32_t i = 1; i < elf->n_sections; i++) {
        const struct elf_section *sec = &elf->sections[i];

        if (!elf_section_is_code(sec)) {
            continue;
        }
        if (name ? !strcmp(sec->name, name) : is_filter_section(sec->name)) {
            return i;
        }
        if (!first) {
            first = i;
        }
    }
    return name ? 0 : first;
}

/* Returns where in the section the program begins and stores its name. */
static uint64_t
choose_entry(const struct elf *elf, uint32_t section, enum okobpf_abi abi,
             const char **name)
{
    const struct elf_symbol *at_0 = NULL;

    for (uint32_t i = 0; i < elf->n_symbols; i++) {
        const struct elf_symbol *sym = &elf->symbols[i];

        if (sym->section != section || sym->type != ELF_STT_FUNC) {
            continue;
        }
        if (abi == OKOBPF_ABI_PACKET && !strcmp(sym->name, "entry")) {
            *name = "entry";
            return sym->value;
        }
        if (!sym->value && (!at_0 || sym->global)) {
            at_0 = sym;
        }
    }
    *name = at_0 && at_0->name[0] ? at_0->name : "entry";
    return 0;
}

/* Reports that there is no code, or none in a section called 'name'. */
static enum okobpf_status
no_code(struct loader *ld, const char *name)
{
    const struct elf *elf = &ld->elf;
    enum okobpf_status status;
    char *names = NULL;
    int n = 0;

    if (!name) {
        return report_fail(ld->report, OKOBPF_BAD_OBJECT, NULL,
                           "no code in the object");
    }
    for (uint32_t i = 1; i < elf->n_sections && n < MAX_LISTED; i++) {
        if (elf_section_is_code(&elf->sections[i])) {
            char *longer = report_asprintf("%s%s\"%.64s\"",
                                           names ? names : "",
                                           names ? ", " : "",
                                           elf->sections[i].name);

            free(names);
            names = longer;
            n++;
        }
    }
    status = report_fail(ld->report, OKOBPF_BAD_OBJECT, NULL,
                         "no code in a section called \"%s\": expected %s",
                         name, names ? names : "another object, with code");
    free(names);
    return status;
}

enum okobpf_status
elf_choose_program(struct loader *ld, const char *section_name,
                   uint32_t *section, uint64_t *entry)
{
    struct image *image = ld->image;
    const char *name;

    *section = choose_section(&ld->elf, section_name);
    if (!*section) {
        return no_code(ld, section_name);
    }
    image->section = image_strdup(image, ld->elf.sections[*section].name,
                                  MAX_NAME);
    image->abi = (is_filter_section(ld->elf.sections[*section].name)
                  ? OKOBPF_ABI_CONTEXT : OKOBPF_ABI_PACKET);
    *entry = choose_entry(&ld->elf, *section, image->abi, &name);
    image->name = image_strdup(image, name, MAX_NAME);
    if (!image->section || !image->name) {
        return elf_no_memory(ld);
    }
    return elf_check_origin(ld, *section, name);
}
