/* SPDX-License-Identifier: MIT */
/* tui.h - the model: all that the screen shows and all that a key can change.
 * A key (cs_tui_key) or an event (feed.h) changes it; cs_tui_draw() draws it, const, into a canvas.
 * Nothing here knows a terminal, a clock or a session: see host.h for what is asked of the host. */
#ifndef CANSIM_TUI_TUI_H
#define CANSIM_TUI_TUI_H

#include "scenarios/query.h"
#include "simcore/sim.h"
#include "simcore/stats.h"
#include "tui/air.h"
#include "tui/canvas.h"
#include "tui/colours.h"
#include "tui/edges.h"
#include "tui/fault_form.h"
#include "tui/fault_list.h"
#include "tui/fields.h"
#include "tui/ids.h"
#include "tui/keys.h"
#include "tui/like.h"
#include "tui/memory.h"
#include "tui/names.h"
#include "tui/plot.h"
#include "tui/node_history.h"
#include "scenarios/plan.h"
#include "tui/ring.h"
#include "tui/textfield.h"
#include "tui/traffic.h"
#include "tui/undo.h"

#define CS_TUI_MIN_WIDTH   60 /* below there is no use in it */
#define CS_TUI_MIN_HEIGHT  16
#define CS_TUI_WIDTH       80 /* of a picture, and what every view is made for */
#define CS_TUI_HEIGHT      24
#define CS_TUI_BUS_NAME    16
#define CS_TUI_HISTORY     32 /* injected frames that can be called back */
#define CS_TUI_MESSAGE_MAX 160
#define CS_TUI_WORK_ROWS   65536u /* rows, cs_tui_work(): some 10 ms */
#define CS_TUI_DEVICES     32
#define CS_TUI_VIEWS_MAX   32
#define CS_TUI_PANES       4 /* of the screen, at most; each has a view of its own */

struct cs_host;
struct cs_context;
struct cs_job;
struct cs_setup; /* tui/setup.h */

/* What the host tells about itself. */
struct cs_tui_info {
    char title[128];
    char link[128];    /* address served, "" for none */
    char waiting[128]; /* names of the clients for which the clock waits, "" for none */
    unsigned clients;
    uint64_t refused, broke, lost; /* clients turned away; that broke the protocol; events they
                                      did not get */
    bool paused;
    char pause[192];             /* the scenario paused it, and why; "": it did not */
    bool finished;               /* the duration is over or the run has failed */
    uint32_t speed_permille;     /* 0: as fast as the machine goes */
    int64_t now_ps, duration_ps; /* duration 0: endless */
    char remote[128];            /* where it is, "": in this program */
    char denied[192];            /* why nothing can be changed, "": it can */
    bool gone;                   /* the host elsewhere ended, or the way to it */
    uint64_t missed;             /* events that it had to leave out because we were too slow */
    char log[24];    /* nothing runs: a log is shown, and this says how far it is read; "": none */
    bool growing;    /* it is read further as it grows */
    int64_t epoch_s; /* of bus time 0, in seconds since 1970; 0: not known */
    int64_t from_ps; /* nothing is known of what happened before */
};

struct cs_tui_bus {
    char name[CS_TUI_BUS_NAME];
    uint32_t bitrate_bps, data_bitrate_bps;
    bool rate_unknown; /* a log does not tell; bitrate_bps is a guess, and there is no load */
    bool fd;
    struct cs_timing timing; /* its controllers' default */
    struct cs_stats_bus stats;
};

/* The last error that a node has seen. */
struct cs_tui_error {
    int64_t at_ps;
    uint16_t index, bit;
    uint8_t error; /* CS_ERROR_NONE: none so far */
    uint8_t field, level;
    bool tx, stuff;
};

struct cs_tui_node {
    uint16_t bus;
    int16_t index;
    unsigned load_permille;
    struct cs_node_status status;
    struct cs_tui_error last;
    const struct cs_node_history *history; /* the feed's; NULL: none */
};

/* A card or an adapter, as cs_session_device() tells of it. */
struct cs_tui_port {
    char bus[CS_TUI_BUS_NAME];
    bool on;                                /* on the bus */
    uint32_t bitrate_bps, data_bitrate_bps; /* data: 0 for classic */
    uint16_t tec, rec;
    uint8_t state; /* enum cs_node_state */
};

struct cs_tui_device {
    char name[CS_NAME_MAX], kind[8], model[16], driver[16], path[128];
    char option[512]; /* what to give to its peer */
    bool plugged, connected;
    unsigned n_ports;
    struct cs_tui_port port[4];
    uint64_t connections, refused, protocol_errors, lost;
};

/* Which columns of a view's table are shown, in that order. */
#define CS_CHOICE_MAX 24
struct cs_columns_choice {
    uint8_t n; /* 0: as the view has them */
    bool fit; /* made of all of them: what is not wanted now, or has no room, is left out as ever */
    bool set; /* by the settings, so that it need not be remembered */
    uint8_t at[CS_CHOICE_MAX];
};

/* How data are written. */
enum cs_data_form { CS_DATA_HEX, CS_DATA_BITS, CS_DATA_DECIMAL, CS_DATA_FORMS };

/* A list with a selected row. */
struct cs_list {
    int sel, top;
};

/* How the screen is divided. */
enum cs_tui_split {
    CS_SPLIT_NONE,
    CS_SPLIT_ROWS,    /* one above the other */
    CS_SPLIT_COLUMNS, /* side by side */
    CS_SPLIT_ROW_TWO, /* one above two */
    CS_SPLIT_FOUR,
    CS_SPLIT_COUNT
};

enum cs_tui_overlay {
    CS_OVERLAY_NONE,
    CS_OVERLAY_INJECT,
    CS_OVERLAY_FILTER,
    CS_OVERLAY_HELP,
    CS_OVERLAY_FAULT,
    CS_OVERLAY_PROMPT,
    CS_OVERLAY_ROW,
    CS_OVERLAY_SAVE,
    CS_OVERLAY_SEND,
    CS_OVERLAY_PRESETS,
    CS_OVERLAY_SEARCH,
    CS_OVERLAY_PLOT,
    CS_OVERLAY_COLOURS,
    CS_OVERLAY_LIKE,
    CS_OVERLAY_SETUP,
    CS_OVERLAY_BOOKMARKS,
    CS_OVERLAY_COUNT
};

/* How the screen is drawn and heard, other than by its theme: tui.conf and the setup set it. */
enum cs_depth { CS_DEPTH_AUTO, CS_DEPTH_NONE, CS_DEPTH_16, CS_DEPTH_256, CS_DEPTH_TRUE };
enum cs_meters { CS_METERS_BARS, CS_METERS_NUMBERS, CS_METERS_OFF };
struct cs_tui_choice {
    bool ascii, no_mouse, forget;
    uint8_t depth, meters; /* enum cs_depth, enum cs_meters */
};

enum cs_trace_show { CS_SHOW_ALL, CS_SHOW_FRAMES, CS_SHOW_ERRORS, CS_SHOW_COUNT };
enum cs_trace_time {
    CS_TIME_ABSOLUTE,
    CS_TIME_DELTA, /* since the row before */
    CS_TIME_SAME,  /* since the frame before with the same identifier */
    CS_TIME_DATE,  /* of the day, where a log tells */
    CS_TIME_MARK,
    CS_TIME_COUNT
};

struct cs_trace_state {
    bool follow;  /* the newest row stays in sight */
    uint64_t sel; /* row numbers; used where not following */
    uint64_t top;
    uint64_t floor; /* rows before it were cleared away */
    enum cs_trace_show show;
    enum cs_trace_time time;
};

struct cs_ids_state {
    struct cs_list list;
    int sort; /* column */
    bool reverse;
    bool pinned; /* the selection stays with an identifier, else with a line */
    uint32_t pin;
};

struct cs_faults_state {
    struct cs_list list;
    bool in_list;  /* the cursor is in the list, else in the catalogue */
    int sel_id;    /* the selection stays with a fault */
    unsigned kind; /* under the catalogue's cursor */
    struct cs_list presets;
    unsigned preset_node; /* for which they are: index in nodes */
};

struct cs_prompt_state {
    struct cs_textfield field;
    struct cs_completion completion;
    unsigned bus;
    unsigned recall; /* 0 = what is being typed, else a fault's text, the newest first */
    char draft[CS_TEXTFIELD_MAX];
};

struct cs_inject_state {
    struct cs_textfield field;
    unsigned bus;
    char history[CS_TUI_HISTORY][CS_TEXTFIELD_MAX];
    unsigned n_history, recall; /* recall: steps back, 0 = what is being typed */
    char draft[CS_TEXTFIELD_MAX];
    uint64_t sent;
};

struct cs_tui {
    int width, height;
    const struct cs_host *host;
    struct cs_tui_info info;
    struct cs_tui_bus bus[CS_SIM_MAX_BUSES];
    unsigned n_buses;

    struct cs_tui_ring ring;
    struct cs_air *air; /* what is on the wire */
    struct cs_edges *edges;
    struct cs_names names;
    struct cs_event_names event_names;
    struct cs_ids ids;
    struct cs_tui_node *nodes; /* n_nodes of nodes_room; only while a view needs them */
    unsigned n_nodes, nodes_room;
    struct cs_fault_list fault_list;
    struct cs_tui_device devices[CS_TUI_DEVICES]; /* only while a view needs them */
    unsigned n_devices;
    struct cs_traffic *traffic; /* of each bus; only while a view needs it */
    enum cs_stats_grain traffic_grain;
    struct cs_plots plots; /* what is plotted, fed by each event */
    struct cs_plan plan;   /* only while a view needs it */
    bool fd;               /* some bus or frame is CAN FD */
    bool ext;              /* some frame had an identifier of 29 bits */
    bool decoded;          /* a decoder says what frames mean */

    unsigned view; /* that of the pane with the focus: index in cs_views */
    enum cs_tui_split split;
    unsigned pane_view[CS_TUI_PANES]; /* of all; cs_tui_panes() of them are there */
    unsigned focus;
    unsigned at; /* the pane that is drawn or brought up to date now, else the focus */
    void *state[CS_TUI_VIEWS_MAX]; /* of each view, cs_view_state() */
    struct cs_context *contexts;   /* context.h: those of other panes */
    unsigned context, pane_context[CS_TUI_PANES];
    enum cs_tui_overlay overlay;
    struct cs_trace_state trace;
    struct cs_ids_state by_id;
    struct cs_list nodes_list, devices_list;
    struct cs_inject_state inject;
    struct cs_faults_state faults;
    struct cs_fault_form form;
    struct cs_prompt_state prompt;
    struct cs_query filter;
    uint64_t filter_changes; /* another number with each change */
    uint64_t filters;        /* so many changes there were */
    struct cs_textfield filter_field, save_field;
    struct cs_completion filter_completion;
    char filter_before[CS_QUERY_TEXT];
    char copy[CS_FRAME_TEXT_MAX]; /* to the terminal's clipboard; main takes it */
    struct cs_colours colours;
    struct cs_fields fields;
    struct cs_like like;
    struct cs_columns_choice columns[CS_TUI_VIEWS_MAX];
    enum cs_data_form data_form;
    bool more;          /* cs_tui_work() has something to do */
    struct cs_job *job; /* under way (job.h), NULL: none */
    char progress[128]; /* how far what is waited for is; "": nothing is */
    int help_top;
    struct cs_textfield help_find;
    bool help_finds; /* and it is typed now */

    char message[CS_TUI_MESSAGE_MAX]; /* until the next key; "" for none */
    bool message_bad;
    uint32_t off_who; /* the message tells that this node went bus-off; CS_NAME_NONE: it does not */
    uint16_t off_bus;
    const struct cs_theme *theme;
    const struct cs_keymap *keymap; /* keys of the person's own; NULL: none */
    bool playing;                   /* what one of them stands for */
    bool take_picture;              /* the program's main writes this screen and clears this: */
    char picture[256];              /* the file; "": a name that is free */
    bool dirty;                     /* something to draw */
    bool quit;
    bool suspend;        /* ^Z: the program's main stops itself and clears this */
    bool repaint;        /* ^L: the whole screen is to be written again */
    unsigned edit;       /* a line: an editor is to be run there, and this cleared */
    char edit_file[256]; /* in which; "": plan.file */
    struct cs_undo undo;
    struct cs_memory memory;
    struct cs_tui_choice choice;
    bool chosen; /* the choice is another one: the program's main takes it over and clears this */
    bool keep;   /* write settings to their file: likewise */
    struct cs_setup *setup;
    bool rerun; /* the scenario is to be read and run from its start: likewise */
};

/* Returns 0 or -ENOMEM. `ring_rows`: 0 for the default. The host must outlive the model. */
int cs_tui_init(struct cs_tui *tui, const struct cs_host *host, uint32_t ring_rows);
void cs_tui_fini(struct cs_tui *tui);

/* Another run begins: what was seen of the one before is gone, what the person has set stays.
 * Returns 0 or -ENOMEM. */
int cs_tui_restart(struct cs_tui *tui);

/* The decoders whose pages are shown are about to go. */
void cs_tui_forget_pages(struct cs_tui *tui);

/* The screen has this size now. */
void cs_tui_resize(struct cs_tui *tui, int width, int height);
/* A key was pressed. */
void cs_tui_key(struct cs_tui *tui, int32_t key);
/* Text was pasted: where something is typed, its first line is; elsewhere it does nothing. */
void cs_tui_paste(struct cs_tui *tui, const char *text);
/* Bring what the current view shows up to date with the host; call before drawing. */
void cs_tui_refresh(struct cs_tui *tui);
/* Go on with what takes long, for about as long as it takes to look at so many rows: what a filter
 * shows, searches, exports. Returns tui->more. A refresh does some of it, too. */
bool cs_tui_work(struct cs_tui *tui, unsigned rows);
/* Draw all of the screen; the canvas has the size given to cs_tui_resize(). Changes nothing but
 * which pane is at hand. */
void cs_tui_draw(struct cs_tui *tui, struct cs_canvas *canvas);

/* One line for the person, shown until the next key. */
void cs_tui_say(struct cs_tui *tui, bool bad, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Nothing can be changed; it has been said why. */
bool cs_tui_denied(struct cs_tui *tui);

/* Connect again to a host that went away, and say what came of it. 0 or -1. */
int cs_tui_reconnect(struct cs_tui *tui);

/* Where the view at hand (tui->at) draws, from 0, 0 on: the size of its pane. */
struct cs_rect cs_tui_body(const struct cs_tui *tui);
/* Lines of a view's list: the body without its column titles. */
int cs_tui_page(const struct cs_tui *tui);

/* The mouse did something on the screen. */
void cs_tui_mouse(struct cs_tui *tui, const struct cs_mouse *mouse);
/* Show a view in the pane with the focus; one that is in another pane takes the focus there. */
void cs_tui_show_view(struct cs_tui *tui, unsigned view);
unsigned cs_tui_panes(const struct cs_tui *tui);
void cs_tui_focus(struct cs_tui *tui, unsigned pane);
/* "one", "rows" …; -1: there is none of that name. */
const char *cs_split_name(enum cs_tui_split split);
int cs_split_named(const char *name);
/* Divide the screen; new panes show views that are in no other. */
void cs_tui_split(struct cs_tui *tui, enum cs_tui_split split);
/* Where a pane is on the screen, without the line of its title. */
struct cs_rect cs_tui_pane(const struct cs_tui *tui, unsigned pane);

/* Name of the node of an event's row, "?" where it is forgotten. */
const char *cs_tui_who(const struct cs_tui *tui, uint32_t who);

#endif
