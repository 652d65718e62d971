// Just enough HTTP/1.1 for a program that says hi: requests in, answers out, no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace straycat::images {

struct HttpRequest {
  std::string method, path;  // the path without its query
  bool keep_alive = true;
  bool head = false;
};

struct HttpAnswer {
  int status = 200;
  std::string body;
};

// What stands at the front of a connection's input.
struct HttpParse {
  enum class State { incomplete, request, broken } state = State::incomplete;
  HttpRequest request;       // when state is request
  std::size_t consumed = 0;  // bytes of the input that belong to it, its body included
  int status = 400;          // when broken: what to answer before closing
};

// Takes one request off the front of `input` (RFC 9112). A head over 16 KiB, a chunked body and anything that is not
// HTTP are broken: the caller answers `status` and closes.
[[nodiscard]] HttpParse parse_request(std::string_view input);

// The whole answer as bytes. `keep_alive` false adds "Connection: close"; `head` leaves the body out.
[[nodiscard]] std::string format_answer(const HttpAnswer& answer, bool keep_alive, bool head);

}  // namespace straycat::images
