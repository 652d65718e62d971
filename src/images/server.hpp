// An HTTP server on one epoll loop, without threads: what sayhi and listener404 stand on.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "images/http.hpp"
#include <straycat/core/result.hpp>
#include <straycat/core/time.hpp>

namespace straycat::images {

enum class OnTerm { serve_on, exit_at_once, ignore };

struct ServerOptions {
  std::string address = "0.0.0.0";  // IPv4 or IPv6
  std::uint16_t port = 3000;        // 0: the kernel's choice
  OnTerm on_term = OnTerm::serve_on;
  Nanos drain{0};        // serve_on: how long after SIGTERM; then answers under way are finished
  Nanos start_delay{0};  // before it listens
  Nanos latency{0};      // between a request and its answer
  Nanos exit_after{0};   // end by itself, 0: never
  int exit_code = 0;     // of exit_after
};

// Since the program's start.
using Answerer = std::function<HttpAnswer(const HttpRequest&, Nanos since_start)>;

// Serves until a signal (SIGTERM as `on_term` says, SIGINT at once) or exit_after; the exit code. Prints one line
// "listening on ADDRESS:PORT" when it does. Blocks SIGTERM, SIGINT and SIGPIPE in the calling thread.
Result<int> serve(const ServerOptions& options, const Answerer& answer);

}  // namespace straycat::images
