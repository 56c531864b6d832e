/* SPDX-License-Identifier: MIT */
/* main_edit.c - the editor and the event loop: while somebody edits, the screen is his, nothing is
 * drawn and no key is read, and the host goes on. */
#include "tui/main_edit.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "tui/main_again.h"
#include "tui/main_dump.h"
#include "tui/messages.h"
#include "tui/screen.h"

#define LOOK_S 0.03 /* from one look at it to the next */

void cs_app_tell_errors(struct app *app, struct cs_errors *errors)
{
    struct cs_tui *tui = &app->tui;
    char sentence[CS_ERROR_SENTENCE_MAX], more[48] = "";

    for (unsigned i = 0; i < errors->n; i++)
        cs_messages_said(tui, true, cs_error_sentence(&errors->error[i], sentence));
    if (errors->n + errors->more > 1)
        snprintf(more, sizeof more, " (%u more: M lists them)", errors->n + errors->more - 1);
    if (errors->n > 0)
        snprintf(tui->message, sizeof tui->message, "%.*s%s",
                 (int)(sizeof tui->message - sizeof more),
                 cs_error_sentence(&errors->error[0], sentence), more);
    tui->message_bad = true;
    cs_errors_free(errors);
}

static void read_again(struct app *app)
{
    struct cs_session_config config = cs_main_config(app->options);
    struct cs_errors errors = {0};

    if (cs_main_load(&config, &errors) == 0)
        cs_tui_say(&app->tui, false, "the file can be read: R runs it");
    else
        cs_app_tell_errors(app, &errors);
    cs_scenario_free(config.loaded);
}

static void come_back(struct app *app)
{
    cs_screen_return();
    ev_io_start(app->loop, &app->input);
    cs_app_changed(app);
}

/* ^Z in the editor: we stop with it, as one job. */
static void stop_both(struct app *app)
{
    cs_app_stop(app);
    cs_editor_continue(&app->editor);
}

static void on_editor(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct app *app = timer->data;
    char why[CS_TUI_MESSAGE_MAX];
    const enum cs_editor_state state = cs_editor_look(&app->editor, why, sizeof why);

    (void)revents;
    if (state == CS_EDITOR_STOPPED)
        stop_both(app);
    if (state != CS_EDITOR_OVER)
        return;
    ev_timer_stop(loop, timer);
    come_back(app);
    if (why[0])
        cs_tui_say(&app->tui, true, "%s", why);
    else
        read_again(app);
    if (app->leaves)
        ev_break(loop, EVBREAK_ALL);
}

void cs_app_edit(struct app *app)
{
    struct cs_tui *tui = &app->tui;
    const char *file = tui->edit_file[0] ? tui->edit_file : tui->plan.file;
    char why[CS_TUI_MESSAGE_MAX];

    ev_io_stop(app->loop, &app->output);
    ev_io_stop(app->loop, &app->input);
    ev_timer_stop(app->loop, &app->redraw);
    cs_screen_leave();
    if (cs_editor_start(&app->editor, file, tui->edit, why, sizeof why) < 0) {
        come_back(app);
        cs_tui_say(tui, true, "%s", why);
    } else {
        ev_timer_init(&app->editor_look, on_editor, LOOK_S, LOOK_S);
        app->editor_look.data = app;
        ev_timer_start(app->loop, &app->editor_look);
    }
    tui->edit = 0;
    tui->edit_file[0] = '\0';
}

void cs_app_edit_end(struct app *app)
{
    if (app->editor.pid <= 0)
        return;
    cs_editor_end(&app->editor);
    cs_screen_return();
}
