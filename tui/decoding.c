/* SPDX-License-Identifier: MIT */
/* decoding.c - see decoding.h: what a choice comes to, and the decoders for it. */
#include "plugins/decode.h"
#include "tui/decoding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/plugins.h"
#include "scenarios/follow.h"
#include "simcore/words.h"

/* ---- which decoders there are ---------------------------------------------------------------- */

static const struct cs_plugins *known(struct cs_decoding *d)
{
    const struct cs_plugin_files none = {0};
    const struct cs_plugin_files *files = d->plugins ? d->plugins : &none;
    char folder[4096], why[400];

    if (!d->known) {
        cs_plugin_folder(folder, sizeof folder);
        d->known =
            cs_plugins_find(folder[0] ? folder : NULL, files->file, files->n, why, sizeof why);
    }
    return d->known;
}

const char *cs_decoding_name(struct cs_decoding *d, unsigned index)
{
    const struct cs_plugins *plugins = known(d);
    const struct cansim_decoder *decoder = plugins ? cs_plugins_decoder_at(plugins, index) : NULL;

    return decoder ? decoder->name : NULL;
}

bool cs_decoding_takes_eds(struct cs_decoding *d, const char *name)
{
    const struct cs_plugins *plugins = known(d);
    const struct cansim_decoder *decoder = plugins ? cs_plugins_decoder(plugins, name) : NULL;

    return decoder &&
           (cs_plugins_row(decoder->settings, "eds") || cs_plugins_row(decoder->settings, "eds/0"));
}

static int not_there(struct cs_decoding *d, const char *name, char *why, size_t why_size)
{
    const char *names[CS_PLUGINS_MAX + 1], *nearest;
    unsigned n = 0;
    int len;

    while (n < CS_PLUGINS_MAX && (names[n] = cs_decoding_name(d, n)) != NULL)
        n++;
    names[n] = NULL;
    nearest = cs_text_nearest(name, names);
    len = snprintf(why, why_size, "there is no decoder \"%.24s\", there %s", name,
                   n == 1 ? "is" : "are");
    for (unsigned i = 0; i < n && len > 0 && (size_t)len < why_size; i++)
        len += snprintf(why + len, why_size - (size_t)len, "%s %s", i ? "," : "", names[i]);
    if (nearest && n > 1 && len > 0 && (size_t)len < why_size)
        snprintf(why + len, why_size - (size_t)len, ": did you mean %s?", nearest);
    return -1;
}

/* ---- what a choice comes to ------------------------------------------------------------------ */

/* Both are for the same node of the same bus, or one of them for all buses. */
static bool is_same_node(const char *a, const char *b)
{
    const size_t n = strcspn(a, "="), m = strcspn(b, "=");
    const char *at = memchr(a, ':', n), *bt = memchr(b, ':', m);
    const char *node_a = at ? at + 1 : a, *node_b = bt ? bt + 1 : b;
    const size_t len = (size_t)(a + n - node_a);

    if (at && bt && (at - a != bt - b || memcmp(a, b, (size_t)(at - a)) != 0))
        return false;
    return len == (size_t)(b + m - node_b) && !memcmp(node_a, node_b, len);
}

static bool is_given(const struct cs_decoding_plan *plan, unsigned given, const char *file)
{
    for (unsigned i = 0; i < given; i++)
        if (is_same_node(plan->eds[i], file))
            return true;
    return false;
}

/* Files that are known anyway, of nodes for which none was given. */
static void add_known(const struct cs_decoding *d, struct cs_decoding_plan *plan)
{
    const unsigned given = plan->n_eds;

    for (unsigned i = 0; i < d->n_eds && plan->n_eds < CS_LIVE_EDS; i++)
        if (!is_given(plan, given, d->eds[i]))
            plan->eds[plan->n_eds++] = d->eds[i];
}

static int take_files(struct cs_decoding_plan *plan, char *left, char *why, size_t why_size)
{
    char *word;

    while ((word = strsep(&left, " ")) && !*word)
        ;
    if (!word)
        return 0;
    if (strcmp(cs_decode_file_path(word), "dbc") == 0) { /* needs no word before it */
        plan->eds[plan->n_eds++] = word;
    } else if (strcmp(word, "eds") != 0) {
        snprintf(why, why_size, "behind the decoder comes eds FILE..., got \"%.40s\"", word);
        return -1;
    }
    while ((word = strsep(&left, " "))) {
        if (!*word)
            continue;
        if (plan->n_eds == CS_LIVE_EDS) {
            snprintf(why, why_size, "there may be at most %d files", CS_LIVE_EDS);
            return -1;
        }
        plan->eds[plan->n_eds++] = word;
    }
    if (plan->n_eds)
        return 0;
    snprintf(why, why_size, "behind eds come files such as 5=drive.eds");
    return -1;
}

static void plan_as_begun(const struct cs_decoding *d, struct cs_decoding_plan *plan)
{
    plan->as = d->as;
    plan->told = d->told;
    plan->follow = d->pages == CS_PAGES_ALWAYS || (d->pages == CS_PAGES_WITH && d->as);
    add_known(d, plan);
}

int cs_decoding_plan(struct cs_decoding *d, const char *text, struct cs_decoding_plan *plan,
                     char *why, size_t why_size)
{
    char *left = plan->copy, *name;

    *plan = (struct cs_decoding_plan){0};
    snprintf(plan->text, sizeof plan->text, "%s", text);
    snprintf(plan->copy, sizeof plan->copy, "%s", text);
    if (!*text) {
        plan_as_begun(d, plan);
        return 0;
    }
    name = strsep(&left, " ");
    if (!strcmp(name, "off") && !left) {
        plan->follow = d->pages == CS_PAGES_ALWAYS;
        add_known(d, plan);
        return 0;
    }
    if (!known(d) || !cs_plugins_decoder(known(d), name))
        return not_there(d, name, why, why_size);
    if (take_files(plan, left, why, why_size) != 0)
        return -1;
    plan->n_given = plan->n_eds;
    plan->as = name;
    plan->follow = plan->n_eds || d->pages != CS_PAGES_OF_HOST;
    if (cs_decoding_takes_eds(d, name))
        add_known(d, plan);
    return 0;
}

/* ---- decoders -------------------------------------------------------------------------------- */

static void on_odd(void *ctx, const char *text)
{
    struct cs_decoding *d = ctx;

    if (!d->odd[0])
        snprintf(d->odd, sizeof d->odd, "%s", text);
}

static int make_live(struct cs_decoding *d, const struct cs_decoding_plan *plan, struct cs_sim *sim,
                     struct cs_live **live, struct cs_error *error)
{
    const bool lenient = d->lenient && !plan->text[0];
    struct cs_live_config config = {.name = plan->as,
                                    .plugins = d->plugins,
                                    .eds = plan->eds,
                                    .n_eds = plan->n_eds,
                                    .n_given = plan->n_given,
                                    .driven = true,
                                    .say = lenient ? NULL : on_odd,
                                    .say_ctx = d};

    if (!plan->as)
        return 0;
    *live = cs_live_create(sim, &config, error);
    config.n_eds = config.n_given = 0;
    if (!*live && lenient)
        *live = cs_live_create(sim, &config, error);
    return *live || lenient ? 0 : -1;
}

static int make_follow(struct cs_decoding *d, const struct cs_decoding_plan *plan,
                       struct cs_sim *sim, struct cs_follow **follow, struct cs_error *error)
{
    if (!plan->follow)
        return 0;
    *follow = cs_follow_create_driven(sim, d->plugins, plan->eds, plan->n_eds, error);
    if (!*follow && d->lenient && !plan->text[0])
        *follow = cs_follow_create_driven(sim, d->plugins, NULL, 0, error);
    return *follow ? 0 : -1;
}

int cs_decoding_make(struct cs_decoding *d, const struct cs_decoding_plan *plan, struct cs_sim *sim,
                     struct cs_live **live, struct cs_follow **follow, struct cs_error *error)
{
    *live = NULL;
    *follow = NULL;
    d->odd[0] = '\0';
    if (make_live(d, plan, sim, live, error) == 0 && make_follow(d, plan, sim, follow, error) == 0)
        return 0;
    cs_live_destroy(*live);
    *live = NULL;
    return -1;
}

int cs_decoding_begin(struct cs_decoding *d, struct cs_feed *feed, struct cs_sim *sim,
                      struct cs_error *error)
{
    struct cs_decoding_plan plan;
    char why[200];

    d->feed = feed;
    if (cs_decoding_plan(d, d->text, &plan, why, sizeof why) != 0)
        return cs_error_set(error, CS_STATUS_INPUT, "%s", why);
    if (cs_decoding_make(d, &plan, sim, &d->live, &d->follow, error) != 0)
        return -1;
    feed->live = d->live;
    feed->own = d->live != NULL;
    feed->follow = d->follow;
    feed->told = plan.told;
    return 0;
}

void cs_decoding_end(struct cs_decoding *d, struct cs_tui *tui)
{
    cs_redecode_end(tui);
    cs_live_destroy(d->live);
    cs_follow_destroy(d->follow);
    d->live = NULL;
    d->follow = NULL;
    if (d->feed) {
        d->feed->live = NULL;
        d->feed->follow = NULL;
        d->feed->own = false;
    }
    d->feed = NULL;
}

void cs_decoding_fini(struct cs_decoding *d)
{
    if (d->known)
        cs_plugins_free(d->known);
    d->known = NULL;
}

void cs_decoding_tell(struct cs_decoding *d, char *text, size_t size)
{
    const struct cs_live *live = d->feed ? d->feed->live : NULL;
    unsigned n = 0;
    const char *const *eds = live ? cs_live_eds(live, &n) : NULL;
    int len = 0;

    if (d->feed && d->feed->told)
        len = snprintf(text, size, "the host says what frames mean");
    else if (live)
        len = snprintf(text, size, "%.30s says what frames mean", cs_live_name(live));
    else
        snprintf(text, size, "nobody decodes: \":decode canopen\" tells what frames mean");
    for (unsigned i = 0; i < n && len > 0 && (size_t)len < size; i++)
        len += snprintf(text + len, size - (size_t)len, "%s%s", i ? ", " : ", with ", eds[i]);
}
