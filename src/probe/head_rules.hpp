// Which response heads are HTTP/1: one reading for both engines. As lenient as curl where nothing depends on it (bare
// line feeds, a missing reason, names of fields that are none), and strict about what frames the body, where libcurl
// takes "4.5" for 4 and the last of two lengths.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace straycat::probe {

class HeadRules {
 public:
  // `http2`: libcurl writes such a status line for an HTTP/2 response.
  explicit HeadRules(bool http2 = false) : http2_(http2) {}

  // The next line, with or without its end; the first is the status line. What is wrong with it: "" = nothing.
  [[nodiscard]] std::string_view take(std::string_view line);

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] int version() const { return version_; }  // 10, 11, 20
  // The head again, with nothing in it but what frames the body, in the form that any parser takes.
  [[nodiscard]] std::string canonical() const;

 private:
  [[nodiscard]] std::string_view take_status(std::string_view line);
  [[nodiscard]] std::string_view take_field(std::string_view line);
  [[nodiscard]] std::string_view take_length(std::string_view value);
  [[nodiscard]] std::string_view take_coding(std::string_view value);

  bool http2_;
  int status_ = 0, version_ = 0;
  bool fields_begun_ = false, chunked_ = false;
  std::optional<std::uint64_t> length_;
};

// Where the head ends (behind its blank line), or npos.
[[nodiscard]] std::size_t end_of_head(std::string_view text);

}  // namespace straycat::probe
