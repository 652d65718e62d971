// Reads one HTTP/1.1 response as its bytes come (Beast's parser; header fields are not kept). What Beast does not take
// is read a second time, by the looser rules that both engines share: a head by HeadRules, chunks by LooseChunks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/core/error.hpp>

#include "probe/body_check.hpp"
#include "probe/loose_chunks.hpp"

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
  [[nodiscard]] Phase phase() const;       // first_byte until the header is whole, then body
  [[nodiscard]] int status() const;        // 0 until the header is whole
  [[nodiscard]] int http_version() const;  // 10, 11
  [[nodiscard]] std::optional<std::uint64_t> content_length() const;
  [[nodiscard]] BodyCheck& body();

 private:
  struct Parser;
  State parse();
  State parse_head();
  State parse_body();
  State after_body_bytes(boost::beast::error_code error);
  State go_loose();
  // Reads the head by HeadRules and puts its canonical form in its place.
  State reread_head();
  // false: with this head it is too much.
  bool count_head();
  State too_long() { return refuse_head("header limit exceeded"); }
  State refuse_head(std::string_view why);
  State refuse_body(std::string_view why);
  void restart();

  const Expectation* expect_;
  const regex_t* regex_;
  LastBody* last_;
  bool head_;
  std::unique_ptr<Parser> parser_;
  BodyCheck body_;
  std::string pending_;  // bytes that Beast has not taken yet
  std::string taken_;    // what it has taken of a head that is not whole
  std::optional<Failure> failure_;
  std::size_t fresh_ = 0;  // how many of the pending ones came last
  bool seen_prefix_ = false;
  std::size_t header_bytes_ = 0;  // of all heads, also the interim ones
  std::unique_ptr<LooseChunks> loose_;
};

}  // namespace straycat::probe
