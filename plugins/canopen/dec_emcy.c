/* SPDX-License-Identifier: MIT */
/* dec_emcy.c - emergencies (CiA 301, 7.2.7). */
#include "plugins/canopen/dec_internal.h"

static const char *const register_bits[8] = {"generic",     "current",       "voltage",
                                             "temperature", "communication", "device profile",
                                             "reserved",    "manufacturer"};

static void add_register(struct co_line *line, unsigned reg)
{
    const char *before = "";

    for (unsigned bit = 0; bit < 8; bit++) {
        if ((reg >> bit & 1) == 0)
            continue;
        co_line_add(line, before);
        co_line_add(line, register_bits[bit]);
        before = ", ";
    }
}

static void keep(struct co_node *node, const struct cansim_frame *frame, unsigned code)
{
    struct co_emcy *emcy = &node->emcy[node->n_emcy++ % CO_DEC_EMCY];

    emcy->at_ps = frame->at_ps;
    emcy->frame = frame->number;
    emcy->code = (uint16_t)code;
    emcy->reg = frame->data[2];
    memcpy(emcy->bytes, frame->data + 3, sizeof(emcy->bytes));
    node->in_error = code >= 0x0100;
}

static void summary(struct co_node *node, const struct cansim_frame *frame, unsigned code,
                    const char *words, int severity, struct cansim_sink *sink)
{
    struct co_line line = co_dec_summary(node->dec, node);

    if (code < 0x0100) {
        co_line_add(&line, "error reset or no error");
    } else {
        co_line_add(&line, "emergency ");
        co_line_code(&line, code);
        co_line_char(&line, ' ');
        co_line_add(&line, words != NULL ? words : "unknown code");
    }
    if (frame->data[2] != 0) {
        co_line_add(&line, ", register ");
        co_line_hex(&line, frame->data[2], 2);
        co_line_add(&line, " (");
        add_register(&line, frame->data[2]);
        co_line_char(&line, ')');
    }
    if (co_get_le(frame->data + 3, 5) != 0) {
        co_line_add(&line, ", manufacturer ");
        co_line_dump(&line, frame->data + 3, 5);
    }
    sink->summary(sink, "EMCY", severity, node->dec->summary);
}

static void fields(const struct co_node *node, const struct cansim_frame *frame, unsigned code,
                   const char *words, int severity, struct cansim_sink *sink)
{
    char bits[128];
    struct co_line line = co_line_begin(bits, sizeof(bits));
    struct cansim_field field = {.size = sizeof(field),
                                 .kind = CANSIM_UINT,
                                 .base = CANSIM_HEX,
                                 .digits = 4,
                                 .severity = (uint8_t)severity,
                                 .n_bits = 16,
                                 .name = "code",
                                 .label = "Error code",
                                 .text = words != NULL ? words : "unknown code"};

    cansim_put_uint(sink, "node", "Node", node->id, 0, 0, 0, NULL);
    field.value.u = code;
    sink->field(sink, &field);
    add_register(&line, frame->data[2]);
    cansim_put_uint(sink, "register", "Error register", frame->data[2], 2, 16, 8,
                    frame->data[2] != 0 ? bits : NULL);
    cansim_put_bytes(sink, CANSIM_BYTES, "manufacturer", "Manufacturer's bytes", frame->data + 3, 5,
                     24);
}

void co_dec_emcy(struct co_node *node, const struct cansim_frame *frame, struct cansim_sink *sink)
{
    if (frame->len != 8) {
        co_dec_wrong_length(node->dec, node, "EMCY", frame, 8, 8, sink);
        return;
    }
    unsigned code = (unsigned)co_get_le(frame->data, 2);
    int severity = code < 0x0100 ? CANSIM_NOTE : CANSIM_WARNING;

    keep(node, frame, code);
    if (sink == NULL)
        return;
    const char *words = co_emcy_text(code, node->profile);
    if (co_wants(sink, CANSIM_WANT_SUMMARY))
        summary(node, frame, code, words, severity, sink);
    if (co_wants(sink, CANSIM_WANT_FIELDS))
        fields(node, frame, code, words, severity, sink);
    co_event(sink, code < 0x0100 ? "canopen.emcy.reset" : "canopen.emcy", node->id, code);
    if (code == 0x8130) /* life guard or heartbeat error */
        co_link(sink, CANSIM_LINK_CAUSED_BY, node->dec->lost_frame);
}
