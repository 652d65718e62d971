/* The server of the probe bench: one epoll loop, five bytes for every request. It closes when it is asked to (HTTP/1.0,
 * "Connection: close"), else leaves that to the client. Usage: server PORT; prints "ready". With a second word it never
 * answers: for requests that are to stay in flight. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nMeow\n";
static const char closing[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nMeow\n";

static void serve(int s, int silent) {
  static char buffer[65536];
  ssize_t got = recv(s, buffer, sizeof buffer, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    close(s);
    return;
  }
  if (silent) return;
  const int last = memmem(buffer, (size_t)got, "onnection: close", 16) || memmem(buffer, (size_t)got, "HTTP/1.0\r\n", 10);
  const char* text = last ? closing : answer;
  if (send(s, text, strlen(text), MSG_NOSIGNAL) < 0 || last) close(s);
}

int main(int argc, char** argv) {
  if (argc < 2) return 3;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr*)&own, sizeof own) != 0 || listen(listener, 4096) != 0) return 4;
  const int loop = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[128];
  epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
  puts("ready");
  fflush(stdout);
  for (;;) {
    const int n = epoll_wait(loop, events, 128, -1);
    for (int i = 0; i < n; ++i) {
      if (events[i].data.fd != listener) {
        serve(events[i].data.fd, argc > 2);
        continue;
      }
      for (int s; (s = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0;) {
        struct epoll_event fresh = {.events = EPOLLIN, .data.fd = s};
        epoll_ctl(loop, EPOLL_CTL_ADD, s, &fresh);
      }
    }
  }
}
