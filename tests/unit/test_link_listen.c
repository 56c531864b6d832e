/* SPDX-License-Identifier: MIT */
/* Where the server listens: addresses, live and dead sockets, permissions. */
#include "tests/unit/test_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/file.h>

/* A second server beside env->server; its sentence is compared where it fails. */
static struct cs_link_server *serve(struct link_env *env, const char *address, int status,
                                    const char *why)
{
    const struct cs_link_host host = env_host(env);
    char said[512] = "";
    int got = -1;
    struct cs_link_server *server = cs_link_server_create(&host, address, &got, said, sizeof(said));

    assert_string_equal(said, why);
    assert_int_equal(got, status);
    assert_true((server != NULL) == (status == 0));
    return server;
}

static void a_taken_socket_is_left_alone(void **state)
{
    struct link_env *env = env_create();
    struct cs_client *a = join_as(env, "a");
    char why[512];

    (void)state;
    snprintf(why, sizeof(why), "%s: another host serves this address already", env->address);
    serve(env, env->address, 3, why);
    pump(env);
    cs_client_close(a);
    a = join_as(env, "b"); /* the first one still serves */
    cs_client_close(a);
    env_destroy(env);
}

static void a_dead_hosts_socket_is_replaced(void **state)
{
    struct link_env *env = env_create();
    struct cs_link_server *second;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char address[128];
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/dead", env->dir);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    close(fd);
    snprintf(address, sizeof(address), "%s/dead", env->dir);
    second = serve(env, address, 0, "");
    assert_string_equal(cs_link_server_address(second) + 5, address);
    cs_link_server_destroy(second);
    assert_int_equal(access(address, F_OK), -1);
    env_destroy(env);
}

/* A host that has its socket and does not listen yet: it holds the lock of the directory. */
static void *begin_slowly(void *ctx)
{
    const int *fds = ctx; /* the directory, the socket */

    poll(NULL, 0, 100);
    listen(fds[1], 1);
    close(fds[0]);
    return NULL;
}

static void a_host_that_begins_is_not_taken_for_dead(void **state)
{
    struct link_env *env = env_create();
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char address[128], why[512];
    int fds[2];
    pthread_t thread;

    (void)state;
    snprintf(address, sizeof(address), "unix:%s/slow", env->dir);
    snprintf(why, sizeof(why), "%s: another host serves this address already", address);
    snprintf(at.sun_path, sizeof(at.sun_path), "%s/slow", env->dir);
    fds[0] = open(env->dir, O_RDONLY | O_DIRECTORY);
    fds[1] = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(flock(fds[0], LOCK_EX), 0);
    assert_int_equal(bind(fds[1], (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(pthread_create(&thread, NULL, begin_slowly, fds), 0);
    serve(env, address, 3, why);
    pthread_join(thread, NULL);
    close(fds[1]);
    assert_int_equal(unlink(at.sun_path), 0);
    env_destroy(env);
}

static void a_successors_socket_is_not_removed(void **state)
{
    struct link_env *env = env_create();
    struct cs_link_server *first, *second;
    char path[128];

    (void)state;
    snprintf(path, sizeof(path), "%s/x", env->dir);
    first = serve(env, path, 0, "");
    assert_int_equal(unlink(path), 0);
    second = serve(env, path, 0, "");
    cs_link_server_destroy(first);
    assert_int_equal(access(path, F_OK), 0);
    cs_link_server_destroy(second);
    assert_int_equal(access(path, F_OK), -1);
    env_destroy(env);
}

static void files_are_not_removed(void **state)
{
    struct link_env *env = env_create();
    char path[200], why[512];

    (void)state;
    snprintf(path, sizeof(path), "%s/file", env->dir);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    snprintf(why, sizeof(why), "unix:%s: there is a file of this name, and it is no socket", path);
    serve(env, path, 2, why);
    assert_int_equal(unlink(path), 0);
    env_destroy(env);
}

static void the_socket_is_private(void **state)
{
    struct link_env *env = env_create();
    struct stat st;
    const mode_t mask = umask(0);

    (void)state;
    cs_link_server_destroy(env->server);
    env_serve(env);
    assert_int_equal(stat(env->address + 5, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(umask(mask), 0); /* as it was before */
    env_destroy(env);
}

static void open_directories_are_refused(void **state)
{
    struct link_env *env = env_create();
    char path[200], why[512];
    struct cs_link_server *server;

    (void)state;
    snprintf(path, sizeof(path), "%s/open", env->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, 0777), 0);
    snprintf(path, sizeof(path), "%s/open/s", env->dir);
    snprintf(why, sizeof(why),
             "unix:%s: everybody can write to %s/open (mode 0777): choose a private one", path,
             env->dir);
    serve(env, path, 3, why);
    snprintf(path, sizeof(path), "%s/open", env->dir);
    assert_int_equal(chmod(path, 01777), 0); /* as /tmp is */
    snprintf(path, sizeof(path), "%s/open/s", env->dir);
    server = serve(env, path, 0, "");
    cs_link_server_destroy(server);
    snprintf(path, sizeof(path), "%s/open", env->dir);
    assert_int_equal(rmdir(path), 0);
    env_destroy(env);
}

static void the_default_directory_is_made_and_checked(void **state)
{
    struct link_env *env = env_create();
    char dir[128], link[128], why[512], buf[256];
    struct cs_link_server *server;
    struct stat st;

    (void)state;
    unsetenv("CANSIM_LINK");
    setenv("XDG_RUNTIME_DIR", env->dir, 1);
    snprintf(dir, sizeof(dir), "%s/cansim", env->dir);
    server = serve(env, NULL, 0, "");
    snprintf(why, sizeof(why), "unix:%s/default.sock", dir);
    assert_string_equal(cs_link_server_address(server), why);
    assert_string_equal(cs_client_default_address(buf, sizeof(buf)), why);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    cs_link_server_destroy(server);

    assert_int_equal(chmod(dir, 0750), 0);
    snprintf(why, sizeof(why),
             "unix:%s/default.sock: %s must be private (mode 0700), it has mode 0750", dir, dir);
    serve(env, NULL, 3, why);
    assert_int_equal(chmod(dir, 0700), 0);

    snprintf(link, sizeof(link), "%s/elsewhere", env->dir);
    assert_int_equal(rename(dir, link), 0);
    assert_int_equal(symlink("elsewhere", dir), 0);
    snprintf(why, sizeof(why), "unix:%s/default.sock: %s must be a directory, and no symbolic link",
             dir, dir);
    serve(env, NULL, 3, why);
    assert_int_equal(unlink(dir), 0);
    assert_int_equal(rmdir(link), 0);

    setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
    serve(env, NULL, 3,
          "unix:/nonexistent/cansim/default.sock: cannot make the directory /nonexistent/cansim: "
          "No such file or directory");
    unsetenv("XDG_RUNTIME_DIR");
    env_destroy(env);
}

static void a_directory_of_somebody_else_is_refused(void **state)
{
    struct link_env *env = env_create();
    char dir[128], why[512];

    (void)state;
    if (geteuid() != 0) {
        env_destroy(env);
        skip();
    }
    snprintf(dir, sizeof(dir), "%s/cansim", env->dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(chown(dir, 4711, 4711), 0);
    setenv("XDG_RUNTIME_DIR", env->dir, 1);
    snprintf(why, sizeof(why),
             "unix:%s/default.sock: %s must belong to user 0, it belongs to user 4711", dir, dir);
    serve(env, NULL, 3, why);
    unsetenv("XDG_RUNTIME_DIR");
    assert_int_equal(rmdir(dir), 0);
    env_destroy(env);
}

static void the_environment_names_the_address(void **state)
{
    struct link_env *env = env_create();
    struct cs_link_server *server;
    char address[128], buf[256];

    (void)state;
    snprintf(address, sizeof(address), "unix:%s/named", env->dir);
    setenv("CANSIM_LINK", address, 1);
    assert_string_equal(cs_client_default_address(buf, sizeof(buf)), address);
    server = serve(env, NULL, 0, "");
    assert_string_equal(cs_link_server_address(server), address);
    cs_link_server_destroy(server);
    unsetenv("CANSIM_LINK");
    env_destroy(env);
}

static void long_paths_get_a_sentence(void **state)
{
    struct link_env *env = env_create();
    char path[200], why[512];

    (void)state;
    snprintf(path, sizeof(path), "%s/%0*d", env->dir, 120, 0);
    snprintf(why, sizeof(why),
             "link address: a socket's path must have at most 107 bytes, got %zu in \"%s\"",
             strlen(path), path);
    serve(env, path, 2, why);
    env_destroy(env);
}

static void tcp_works_on_loopback_only_unless_asked(void **state)
{
    struct link_env *env = env_create();
    struct cs_link_server *server = serve(env, "tcp::0", 0, "");
    struct cs_client *a, *b = join_as(env, "b");
    struct cs_client_event event;
    char why[512], address[128];

    (void)state;
    snprintf(address, sizeof(address), "%s", cs_link_server_address(server));
    assert_memory_equal(address, "tcp:127.0.0.1:", 14);
    assert_true(atoi(address + 14) > 0);
    snprintf(why, sizeof(why), "%s: somebody serves this address already", address);
    serve(env, address, 3, why);
    a = join_with(env, (struct cs_client_options){
                           .address = address, .name = "a", .want = CS_CLIENT_WANT_RX});
    send_text(b, "123#11", 1);
    send_text(a, "124#11", 2);
    pump(env);
    poll(NULL, 0, 20);
    pump(env);
    run(env, 10 * MS);
    assert_int_equal(cs_client_wait(a, 1000), 1);
    assert_true(next_of(a, CS_CLIENT_RX, &event));
    assert_int_equal(event.frame.id, 0x123);
    assert_true(next_of(b, CS_CLIENT_RX, &event));
    assert_int_equal(event.frame.id, 0x124);
    cs_client_close(a);
    cs_client_close(b);
    poll(NULL, 0, 20);
    pump(env);
    cs_link_server_destroy(server);
    env_destroy(env);
}

static void unusable_addresses_get_a_sentence(void **state)
{
    static const struct {
        const char *address;
        int status;
        const char *why;
    } cases[] = {
        {"unix:", 2, "link address: expected a path behind unix:, got \"unix:\""},
        {"tcp:localhost", 2,
         "link address: expected tcp:HOST:PORT with a port of 0..65535, got \"tcp:localhost\""},
        {"tcp:localhost:65536", 2,
         "link address: expected tcp:HOST:PORT with a port of 0..65535, got "
         "\"tcp:localhost:65536\""},
        {"tcp:::1:80", 2,
         "link address: expected an IPv6 address in brackets, tcp:[::1]:PORT, got \"tcp:::1:80\""},
        {"udp:x:1", 2,
         "link address: expected unix:/path, /path or tcp:HOST:PORT, got \"udp:x:1\""},
        {"tcp:192.0.2.1:4711", 2, "tcp:192.0.2.1:4711: this machine does not have that address"},
    };
    struct link_env *env = env_create();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        serve(env, cases[i].address, cases[i].status, cases[i].why);
    env_destroy(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_taken_socket_is_left_alone),
        cmocka_unit_test(a_dead_hosts_socket_is_replaced),
        cmocka_unit_test(a_host_that_begins_is_not_taken_for_dead),
        cmocka_unit_test(a_successors_socket_is_not_removed),
        cmocka_unit_test(files_are_not_removed),
        cmocka_unit_test(the_socket_is_private),
        cmocka_unit_test(open_directories_are_refused),
        cmocka_unit_test(the_default_directory_is_made_and_checked),
        cmocka_unit_test(a_directory_of_somebody_else_is_refused),
        cmocka_unit_test(the_environment_names_the_address),
        cmocka_unit_test(long_paths_get_a_sentence),
        cmocka_unit_test(tcp_works_on_loopback_only_unless_asked),
        cmocka_unit_test(unusable_addresses_get_a_sentence),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
