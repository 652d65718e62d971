/* The floor of the probe bench: the cheapest honest client. One epoll loop, N connections in flight, each a new TCP
 * connection: connect, send, read until Content-Length is whole, close (the client closes first, as curl does).
 * Usage: floor ADDRESS PORT IN_FLIGHT COUNT. Prints the processor's microseconds a request and the failures. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int loop;
static struct sockaddr_in target;
static char request[256];
static long started, ended, failed, count;

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

static void start_one(void) {
  if (started == count) return;
  ++started;
  int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = s};
  if (s < 0 || (connect(s, (struct sockaddr*)&target, sizeof target) != 0 && errno != EINPROGRESS) ||
      epoll_ctl(loop, EPOLL_CTL_ADD, s, &event) != 0) {
    if (s >= 0) close(s);
    ++failed, ++ended;
  }
}

/* Whether the answer is whole; these answers come in one piece, so no bytes need be kept. */
static int is_whole(const char* text, ssize_t size) {
  const char* head = memmem(text, (size_t)size, "\r\n\r\n", 4);
  const char* length = memmem(text, (size_t)size, "ontent-Length: ", 15);
  return head && length && text + size - (head + 4) >= atol(length + 15) && memcmp(text, "HTTP/1.1 200", 12) == 0;
}

static void end_one(int s, int good) {
  close(s);
  failed += !good;
  ++ended;
  start_one();
}

static void serve(struct epoll_event* event) {
  static char buffer[65536];
  const int s = event->data.fd;
  if (event->events & EPOLLIN) {
    ssize_t got = recv(s, buffer, sizeof buffer, 0);
    if (got > 0 && is_whole(buffer, got)) return end_one(s, 1);
    if (got <= 0 && errno != EAGAIN) return end_one(s, 0);
  }
  if (event->events & (EPOLLERR | EPOLLHUP)) return end_one(s, 0);
  if ((event->events & EPOLLOUT) && send(s, request, strlen(request), MSG_NOSIGNAL) < 0) end_one(s, 0);
}

int main(int argc, char** argv) {
  if (argc != 5) return 3;
  target.sin_family = AF_INET;
  inet_pton(AF_INET, argv[1], &target.sin_addr);
  target.sin_port = htons((unsigned short)atoi(argv[2]));
  count = atol(argv[4]);
  snprintf(request, sizeof request, "GET /hi HTTP/1.1\r\nHost: %s:%s\r\nUser-Agent: floor\r\nAccept: */*\r\n\r\n", argv[1],
           argv[2]);
  loop = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < atoi(argv[3]); ++i) start_one();
  struct epoll_event events[128];
  while (ended < count) {
    int n = epoll_wait(loop, events, 128, -1);
    for (int i = 0; i < n; ++i) serve(&events[i]);
  }
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  printf("%.3f %ld\n", (seconds(use.ru_utime) + seconds(use.ru_stime)) * 1e6 / (double)count, failed);
  return failed ? 1 : 0;
}
