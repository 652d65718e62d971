// Reads one HTTP/1.1 response as its bytes come (Beast's parser; header fields are not kept).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "probe/body_check.hpp"

namespace straycat::probe {

class Answer {
 public:
  enum class State { more, whole, broken };

  // The request must outlive this. `head` = the response has no body, whatever its header says.
  Answer(const Expectation& expect, bool head, const regex_t* regex = nullptr, LastBody* last = nullptr);
  ~Answer();
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  State feed(std::string_view bytes);
  // The peer closed: `whole` for a body that ends so, else `broken`.
  State feed_end();

  // After `broken`: why. Before the end: how a close or a timeout finds it.
  [[nodiscard]] Failure failure() const;
  [[nodiscard]] Phase phase() const;  // first_byte until the header is whole, then body
  [[nodiscard]] int status() const;
  [[nodiscard]] int http_version() const;  // 10, 11
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;
  [[nodiscard]] BodyCheck& body();

 private:
  struct Parser;
  State parse();
  void restart();

  const Expectation* expect_;
  const regex_t* regex_;
  LastBody* last_;
  bool head_;
  std::unique_ptr<Parser> parser_;
  BodyCheck body_;
  std::string pending_;  // bytes of a header line that is not whole yet
  std::optional<Failure> failure_;
  bool seen_prefix_ = false;
};

}  // namespace straycat::probe
