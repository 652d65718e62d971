// Looks at a body as it passes: length, sha256, equality, containment. Keeps none of it but what `contains` needs to
// see across two pieces, and what a regular expression is to search.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <straycat/core/outcome.hpp>
#include <straycat/probe/request.hpp>

struct evp_md_ctx_st;

namespace straycat::probe {

// Lower-case hex.
[[nodiscard]] std::string sha256_hex(std::string_view text);

// The last short body of an engine and its hash: most answers of one target are alike.
struct LastBody {
  std::string text, sha256;
};

class BodyCheck {
 public:
  // All must outlive this. `regex`: expect.body_regex compiled (Prepared::body_regex). `last` is used and renewed.
  explicit BodyCheck(const Expectation& expect, const regex_t* regex = nullptr, LastBody* last = nullptr)
      : expect_(&expect), regex_(regex), last_(last) {}

  void feed(std::string_view piece);
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  // Call once, at the end: "" when no byte came.
  [[nodiscard]] std::string finish_sha256();

  // What is wrong with an answer of this status whose whole body was fed and had this hash.
  [[nodiscard]] std::optional<Failure> judge(int status, const std::string& sha256) const;

 private:
  struct FreeContext {
    void operator()(evp_md_ctx_st* context) const;
  };

  [[nodiscard]] bool matches() const;
  void hash(std::string_view piece);

  const Expectation* expect_;
  const regex_t* regex_;
  LastBody* last_;
  std::uint64_t bytes_ = 0;
  bool equal_ = true;
  bool contained_ = false;
  std::string tail_;
  std::string short_;  // the whole body while it is short and `last_` is there; not hashed yet
  std::string kept_;   // for the regular expression, which may need it all
  std::unique_ptr<evp_md_ctx_st, FreeContext> hash_;
};

}  // namespace straycat::probe
