/* SPDX-License-Identifier: MIT */
/* sdo_watch.c - expedited and segmented transfers; CiA 301, 7.2.4.3.3 to 7.2.4.3.7 and 7.2.4.3.17.
 * Invariant: the state is what both sides have said, so that a frame out of turn never makes the
 * rest of the conversation be misread for longer than until the next request. */
#include "plugins/canopen/sdo_watch_internal.h"

#include <stdlib.h>

struct co_sdo_watch *co_sdo_watch_create(unsigned node_id, const struct co_sdo_names *names)
{
    struct co_sdo_watch *w = calloc(1, sizeof(*w));

    if (w == NULL)
        return NULL;
    w->node_id = node_id;
    w->names = *names;
    return w;
}

void co_sdo_watch_destroy(struct co_sdo_watch *watch)
{
    if (watch == NULL)
        return;
    free(watch->segments);
    free(watch->data);
    free(watch);
}

/* Bytes at a place of the value; the memory grows with the longest value, up to CO_SDO_KEEP. */
void sdo_keep(struct co_sdo_watch *w, size_t at, const uint8_t *bytes, size_t len)
{
    size_t end = at + len < CO_SDO_KEEP ? at + len : CO_SDO_KEEP;

    if (end > w->room) {
        size_t room = w->room == 0 ? 256 : w->room;
        while (room < end)
            room *= 2;
        uint8_t *more = realloc(w->data, room);
        if (more == NULL) {
            w->no_memory = true;
            end = w->room;
        } else {
            w->data = more;
            w->room = room;
        }
    }
    if (at < end)
        memcpy(w->data + at, bytes, end - at);
    if (at + len > w->len)
        w->len = at + len;
}

static bool busy(const struct co_sdo_watch *w)
{
    return w->state != SDO_IDLE;
}

void sdo_broken(struct sdo_frame *f, const char *why)
{
    sdo_problem(f, why);
    f->told->outcome = CO_SDO_BROKEN;
    f->w->state = SDO_IDLE;
    f->w->in_step = false;
}

void sdo_stray(struct sdo_frame *f)
{
    if (busy(f->w) || f->w->in_step)
        sdo_broken(f, "belongs to no transfer");
    else
        sdo_line(f, " of a transfer whose start was not seen");
}

static void take_object(struct sdo_frame *f)
{
    f->w->have_object = true;
    f->w->index = (uint16_t)co_get_le(f->d + 1, 2);
    f->w->sub = f->d[3];
}

/* An answer about another object is a late one to an earlier request: the right one may follow. */
bool sdo_names_request(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    uint16_t index = w->index;
    uint8_t sub = w->sub;

    if (index == co_get_le(f->d + 1, 2) && sub == f->d[3])
        return true;
    take_object(f);
    sdo_say_object(f);
    sdo_line(f, "answers about ");
    sdo_line_object(f);
    w->index = index;
    w->sub = sub;
    sdo_problem(f, "names another object than the request");
    return false;
}

/* So many of n bytes from `at` on are in the frame. */
static unsigned there(struct sdo_frame *f, unsigned at, unsigned n)
{
    if (at + n <= f->have)
        return n;
    sdo_problem(f, "it is too short for its data");
    return f->have > at ? f->have - at : 0;
}

/* A request opens a conversation; one that was open has come to nothing. */
void sdo_begin(struct sdo_frame *f, enum sdo_state state, bool upload)
{
    struct co_sdo_watch *w = f->w;

    if (busy(w)) {
        f->told->outcome = CO_SDO_BROKEN;
        if (w->state == state && w->index == co_get_le(f->d + 1, 2) && w->sub == f->d[3]) {
            sdo_odd(f, "asks again before the answer");
            sdo_link(f, CANSIM_LINK_RETRANSMITS, w->first_frame);
        } else {
            sdo_problem(f, "the transfer before was not completed");
        }
    }
    w->state = state;
    w->upload = upload;
    w->expedited = w->ended = w->last_seen = w->holes = w->no_memory = false;
    w->asked = w->in_step = true;
    if (f->have < 4)
        sdo_problem(f, "it is too short for an object");
    take_object(f);
    w->have_size = false;
    w->size = 0;
    w->toggle = 0;
    w->len = w->sub_start = 0;
    w->last_seq = 0;
    w->first_frame = f->frame->number;
    w->began_ps = f->frame->at_ps;
}

void sdo_done(struct sdo_frame *f, const uint8_t *value, size_t kept, size_t len)
{
    struct co_sdo_watch *w = f->w;

    f->told->outcome = CO_SDO_DONE;
    f->told->value = value != NULL || kept != 0 || w->holes ? value : (const uint8_t *)"";
    f->told->kept_len = kept;
    f->told->value_len = len;
    if (w->have_size && w->size != len && len != 0)
        sdo_problem(f, "the length is not the one that was indicated");
    if (f->sink != NULL)
        f->sink->event(f->sink, w->upload ? "canopen.sdo.read" : "canopen.sdo.write",
                       (int)w->node_id, (uint64_t)w->index << 8 | w->sub);
    w->state = SDO_IDLE;
}

/* The value that segments made; short of what could be kept. */
static void done_in_segments(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    size_t kept = w->no_memory ? 0 : w->len < CO_SDO_KEEP ? w->len : CO_SDO_KEEP;

    sdo_say_value(f, w->data != NULL ? w->data : (const uint8_t *)"", kept, w->len, 0);
    sdo_done(f, w->data, kept, w->len);
}

static void abort_transfer(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    uint32_t code = (uint32_t)co_get_le(f->d + 4, 4);
    const char *text = co_abort_text(code);

    if (!busy(w) || !w->have_object)
        take_object(f);
    sdo_command(f, "abort transfer");
    if (f->have < 8)
        sdo_problem(f, "it is too short for an abort code");
    sdo_say_object(f);
    if (f->sink != NULL) {
        cansim_put_uint(f->sink, "abort_code", "Abort code", code, 8, 32, 32,
                        text != NULL ? text : "not defined");
        f->sink->event(f->sink, "canopen.sdo.abort", (int)w->node_id, code);
    }
    sdo_line(f, f->response ? "aborts " : "client aborts ");
    sdo_line_object(f);
    sdo_line(f, ": ");
    if (f->sink != NULL) {
        co_text_hex(&f->line, code >> 16, 4);
        co_text_put(&f->line, " ");
        co_text_hex(&f->line, code & 0xFFFF, 4);
        co_text_put(&f->line, "h ");
    }
    sdo_line(f, text != NULL ? text : "(not defined)");
    f->severity = f->severity > CANSIM_WARNING ? f->severity : CANSIM_WARNING;
    f->told->outcome = CO_SDO_ABORTED;
    f->told->abort_code = code;
    f->told->by_client = !f->response;
    uint64_t own = f->response ? w->server_frame : w->client_frame;
    uint64_t other = f->response ? w->client_frame : w->server_frame;
    if (busy(w) || other > own)
        sdo_link(f, CANSIM_LINK_ANSWERS, other);
    w->state = SDO_IDLE;
    w->in_step = false; /* what is on its way may still come */
}

/* ---- download -------------------------------------------------------------------------------- */

/* Bytes of an expedited value, 1..4: as the command says, else as the type does, else all four. */
static unsigned expedited_len(struct sdo_frame *f)
{
    unsigned size = (f->d[0] & 1) == 0 ? co_type_size(sdo_type(f->w)) : 4u - (f->d[0] >> 2 & 3);

    return there(f, 4, size >= 1 && size <= 4 ? size : 4);
}

static void client_download_init(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;

    sdo_begin(f, SDO_DOWN_INIT, false);
    w->expedited = (f->d[0] & 2) != 0;
    sdo_command(f, w->expedited ? "initiate download, expedited" : "initiate download");
    sdo_say_object(f);
    sdo_line(f, "write ");
    sdo_line_object(f);
    if (w->expedited) {
        sdo_keep(w, 0, f->d + 4, expedited_len(f));
        sdo_say_value(f, f->d + 4, w->len, w->len, 32);
        return;
    }
    if ((f->d[0] & 1) == 0)
        return;
    w->have_size = true;
    w->size = (uint32_t)co_get_le(f->d + 4, 4);
    sdo_uint(f, "size", "Size", w->size, 0, 32, 32);
    sdo_line(f, ", ");
    if (f->sink != NULL)
        co_text_dec(&f->line, w->size);
    sdo_line(f, " bytes");
}

static void answers_nothing(struct sdo_frame *f)
{
    if (busy(f->w))
        sdo_broken(f, "answers another request than was made");
    else if (f->w->in_step)
        sdo_broken(f, "answers no request");
}

static void server_download_init(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    bool mine = w->state == SDO_DOWN_INIT && w->asked;

    sdo_command(f, "download initiated");
    if (mine && !sdo_names_request(f))
        return;
    if (!mine)
        take_object(f);
    sdo_say_object(f);
    sdo_line(f, "write ");
    sdo_line_object(f);
    sdo_line(f, " confirmed");
    if (!mine) {
        answers_nothing(f);
        return;
    }
    sdo_link(f, CANSIM_LINK_ANSWERS, w->client_frame);
    w->asked = false;
    if (w->expedited)
        sdo_done(f, w->data, w->len, w->len);
    else
        w->state = SDO_DOWN_SEGMENTS;
}

static void say_segment(struct sdo_frame *f, const char *what, unsigned n, bool last)
{
    sdo_uint(f, "toggle", "Toggle bit", f->d[0] >> 4 & 1, 0, 4, 1);
    sdo_uint(f, "last", "Last segment", last, 0, 0, 1);
    if (f->sink == NULL)
        return;
    cansim_put_bytes(f->sink, CANSIM_BYTES, "data", "Data", f->d + 1, n, 8);
    co_text_put(&f->line, what);
    co_text_dec(&f->line, n);
    co_text_put(&f->line, last ? " bytes, last" : " bytes");
}

/* Toggle bits go 0, 1, 0 ...; one that does not is the segment before, said again. */
static bool check_toggle(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;

    if ((f->d[0] >> 4 & 1) == w->toggle)
        return true;
    if (f->sink != NULL)
        f->sink->event(f->sink, "canopen.sdo.toggle", (int)w->node_id,
                       (uint64_t)w->index << 8 | w->sub);
    sdo_problem(f, "the toggle bit did not alternate");
    return false;
}

/* The client repeats what the server has not answered. */
static bool again(struct sdo_frame *f)
{
    if (!f->w->asked)
        return false;
    sdo_odd(f, "comes again before the answer");
    sdo_link(f, CANSIM_LINK_RETRANSMITS, f->w->client_frame);
    return true;
}

static void client_download_segment(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    unsigned n = 7 - (f->d[0] >> 1 & 7);
    bool last = (f->d[0] & 1) != 0;

    sdo_command(f, "download segment");
    n = there(f, 1, n);
    say_segment(f, "segment, ", n, last);
    if (w->state != SDO_DOWN_SEGMENTS) {
        sdo_stray(f);
        return;
    }
    sdo_link(f, CANSIM_LINK_CONTINUES, w->first_frame);
    /* The bit alternates when the server confirms: until then it is the same segment again. */
    if (check_toggle(f) && !again(f))
        sdo_keep(w, w->len, f->d + 1, n);
    w->ended = last;
    w->asked = true;
}

static void server_download_segment(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;

    sdo_command(f, "segment downloaded");
    sdo_uint(f, "toggle", "Toggle bit", f->d[0] >> 4 & 1, 0, 4, 1);
    sdo_line(f, "segment confirmed");
    if (w->state != SDO_DOWN_SEGMENTS || !w->asked) {
        sdo_stray(f);
        return;
    }
    sdo_link(f, CANSIM_LINK_ANSWERS, w->client_frame);
    w->asked = false;
    if (check_toggle(f))
        w->toggle ^= 1;
    if (!w->ended)
        return;
    co_text_clear(&f->line);
    sdo_line(f, "write ");
    sdo_line_object(f);
    done_in_segments(f);
}

/* ---- upload ---------------------------------------------------------------------------------- */

static void client_upload_init(struct sdo_frame *f)
{
    sdo_begin(f, SDO_UP_INIT, true);
    sdo_command(f, "initiate upload");
    sdo_say_object(f);
    sdo_line(f, "read ");
    sdo_line_object(f);
}

static void server_upload_init(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    bool expedited = (f->d[0] & 2) != 0;
    /* A server may answer a request for a block upload so. CiA 301, 7.2.4.3.14. */
    bool mine = (w->state == SDO_UP_INIT || w->state == SDO_BLOCK_UP_INIT) && w->asked;
    bool unseen = !busy(w) && !w->in_step; /* all but the request is there */

    sdo_command(f, expedited ? "upload, expedited" : "upload initiated");
    if (mine && !sdo_names_request(f))
        return;
    if (unseen) {
        sdo_begin(f, SDO_UP_INIT, true);
        w->first_frame = 0;
    } else if (!mine) {
        take_object(f);
    }
    sdo_say_object(f);
    sdo_line(f, "read ");
    sdo_line_object(f);
    if (mine)
        sdo_link(f, CANSIM_LINK_ANSWERS, w->client_frame);
    if (expedited) {
        unsigned n = expedited_len(f);
        w->len = 0;
        sdo_keep(w, 0, f->d + 4, n);
        sdo_say_value(f, f->d + 4, n, n, 32);
    } else if ((f->d[0] & 1) != 0) {
        w->have_size = true;
        w->size = (uint32_t)co_get_le(f->d + 4, 4);
        sdo_uint(f, "size", "Size", w->size, 0, 32, 32);
        sdo_line(f, ", ");
        if (f->sink != NULL)
            co_text_dec(&f->line, w->size);
        sdo_line(f, " bytes follow");
    }
    if (!mine && !unseen) {
        answers_nothing(f);
        return;
    }
    w->asked = false;
    if (expedited)
        sdo_done(f, w->data, w->len, w->len);
    else
        w->state = SDO_UP_SEGMENTS;
}

static void client_upload_segment(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;

    sdo_command(f, "upload segment");
    sdo_uint(f, "toggle", "Toggle bit", f->d[0] >> 4 & 1, 0, 4, 1);
    sdo_line(f, "asks for a segment");
    if (w->state != SDO_UP_SEGMENTS) {
        sdo_stray(f);
        return;
    }
    sdo_link(f, CANSIM_LINK_CONTINUES, w->first_frame);
    if (check_toggle(f))
        again(f);
    w->asked = true;
}

static void server_upload_segment(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    unsigned n = 7 - (f->d[0] >> 1 & 7);
    bool last = (f->d[0] & 1) != 0;

    sdo_command(f, "segment");
    n = there(f, 1, n);
    say_segment(f, "segment, ", n, last);
    if (w->state != SDO_UP_SEGMENTS || !w->asked) {
        sdo_stray(f);
        return;
    }
    sdo_link(f, CANSIM_LINK_ANSWERS, w->client_frame);
    w->asked = false;
    if (check_toggle(f)) {
        sdo_keep(w, w->len, f->d + 1, n);
        w->toggle ^= 1;
    }
    if (!last)
        return;
    co_text_clear(&f->line);
    sdo_line(f, "read ");
    sdo_line_object(f);
    done_in_segments(f);
}

/* ---- by command ------------------------------------------------------------------------------ */

static void unknown(struct sdo_frame *f)
{
    sdo_command(f, "not defined");
    sdo_line(f, "command not defined");
    sdo_problem(f, "the command specifier is not defined");
}

/* Command specifiers, bits 5 to 7. */
static void (*const from_client[8])(struct sdo_frame *f) = {
    client_download_segment,  client_download_init,
    client_upload_init,       client_upload_segment,
    abort_transfer,           sdo_block_begin_upload,
    sdo_block_begin_download, unknown,
};
static void (*const from_server[8])(struct sdo_frame *f) = {
    server_upload_segment, server_download_segment, server_upload_init, server_download_init,
    abort_transfer,        sdo_block_stray,         sdo_block_stray,    unknown,
};

static void finish(struct sdo_frame *f)
{
    struct co_sdo_watch *w = f->w;
    struct co_sdo_told *told = f->told;

    told->upload = w->upload;
    told->have_object = w->have_object;
    told->index = w->index;
    told->sub = w->sub;
    told->first_frame = w->first_frame;
    told->began_ps = w->began_ps;
    told->request_frame = f->response ? w->client_frame : w->server_frame;
    if (f->response)
        w->server_frame = f->frame->number;
    else
        w->client_frame = f->frame->number;
}

void co_sdo_watch_frame(struct co_sdo_watch *watch, bool response, const struct cansim_frame *frame,
                        struct cansim_sink *sink, struct co_sdo_told *told)
{
    uint8_t d[8] = {0};
    struct sdo_frame f = {
        .w = watch, .frame = frame, .sink = sink, .told = told, .response = response, .d = d};

    f.have = frame->len < 8 ? frame->len : 8;
    if (!busy(watch)) {
        watch->first_frame = 0;
        watch->began_ps = 0;
    }
    memset(told, 0, sizeof(*told));
    memcpy(d, frame->data, f.have);
    told->block = watch->state >= SDO_BLOCK_DOWN_INIT;
    if (sink != NULL) {
        co_text_put(&f.line, response ? "node " : "to node ");
        co_text_dec(&f.line, watch->node_id);
        co_text_put(&f.line, " ");
    }
    struct co_text start = f.line;
    co_text_clear(&f.line);
    if (frame->len == 0)
        sdo_problem(&f, "it is empty");
    else if (frame->len != 8)
        sdo_odd(&f, "an SDO has 8 bytes");
    if (frame->len == 0) {
        watch->state = SDO_IDLE;
        watch->in_step = false;
        told->outcome = CO_SDO_BROKEN;
    } else if (!(response ? sdo_block_server(&f) : sdo_block_client(&f))) {
        (response ? from_server : from_client)[d[0] >> 5](&f);
    }
    told->block |= watch->state >= SDO_BLOCK_DOWN_INIT;
    finish(&f);
    if (sink != NULL) {
        co_text_put_n(&start, f.line.s, f.line.n);
        for (unsigned i = 0; i < f.n_remarks; i++) {
            if (i > 0 || f.line.n != 0)
                co_text_put(&start, "; ");
            co_text_put(&start, f.remarks[i]);
        }
        sink->summary(sink, "SDO", f.severity, start.s);
    }
}

void co_sdo_watch_model(const struct co_sdo_watch *watch, int64_t at_ps, struct cansim_sink *sink)
{
    struct cansim_field field = {.size = sizeof(field),
                                 .name = "sdo",
                                 .label = "SDO conversation",
                                 .text = watch->upload ? "upload" : "download"};

    if (!busy(watch))
        return;
    sink->open(sink, &field);
    cansim_put_uint(sink, "index", "Index", watch->index, 4, 0, 0, NULL);
    cansim_put_uint(sink, "sub", "Sub-index", watch->sub, 2, 0, 0, NULL);
    cansim_put_uint(sink, "bytes", "Bytes so far", watch->len, 0, 0, 0, NULL);
    if (watch->have_size)
        cansim_put_uint(sink, "size", "Size", watch->size, 0, 0, 0, NULL);
    field = (struct cansim_field){.size = sizeof(field),
                                  .kind = CANSIM_TIME,
                                  .name = "age",
                                  .label = "Since",
                                  .value.i = at_ps - watch->began_ps};
    sink->field(sink, &field);
    sink->close(sink);
}

bool co_sdo_watch_now(const struct co_sdo_watch *watch, struct co_sdo_now *now)
{
    *now = (struct co_sdo_now){
        .upload = watch->upload,
        .block = watch->state >= SDO_BLOCK_DOWN_INIT,
        .have_size = watch->have_size,
        .index = watch->index,
        .sub = watch->sub,
        .size = watch->size,
        .len = (uint32_t)watch->len,
        .began_ps = watch->began_ps,
    };
    return busy(watch);
}
