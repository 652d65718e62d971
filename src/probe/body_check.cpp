#include "probe/body_check.hpp"

#include <algorithm>
#include <openssl/evp.h>

#include <fmt/format.h>

namespace straycat::probe {

namespace {

std::string hex(const unsigned char* bytes, unsigned int size) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(size * 2u);
  for (unsigned int i = 0; i < size; ++i) {
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

constexpr std::size_t most_searched = 1u << 20;
constexpr std::size_t most_remembered = 1024;

// Fetched once: by the old way (EVP_sha256()) OpenSSL 3 searches its providers at each use.
const EVP_MD* sha256() {
  static const std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> method(EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                                 &EVP_MD_free);
  return method.get();
}

Failure body_failure(std::string message) { return {FailureKind::body, Phase::check, 0, std::move(message)}; }

}  // namespace

void BodyCheck::FreeContext::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

std::string sha256_hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, sha256(), nullptr);
  return hex(digest, size);
}

void BodyCheck::hash(std::string_view piece) {
  if (last_ != nullptr && !hash_ && short_.size() + piece.size() <= most_remembered) {
    short_ += piece;
    return;
  }
  if (!hash_) {
    hash_.reset(EVP_MD_CTX_new());
    EVP_DigestInit_ex(hash_.get(), sha256(), nullptr);
    EVP_DigestUpdate(hash_.get(), short_.data(), short_.size());
  }
  EVP_DigestUpdate(hash_.get(), piece.data(), piece.size());
}

void BodyCheck::feed(std::string_view piece) {
  if (piece.empty()) return;
  hash(piece);
  if (expect_->body_equals && equal_) {
    const std::string_view wanted = *expect_->body_equals;
    equal_ = bytes_ + piece.size() <= wanted.size() && wanted.substr(bytes_, piece.size()) == piece;
  }
  if (expect_->body_contains && !contained_) {
    tail_ += piece;
    contained_ = tail_.find(*expect_->body_contains) != tail_.npos;
    const std::size_t keep = expect_->body_contains->empty() ? 0 : expect_->body_contains->size() - 1;
    if (tail_.size() > keep) tail_.erase(0, tail_.size() - keep);
  }
  if (regex_ != nullptr) kept_ += piece.substr(0, most_searched - std::min(most_searched, kept_.size()));
  bytes_ += piece.size();
}

bool BodyCheck::matches() const {
  regmatch_t bounds[1];
  bounds[0].rm_so = 0;
  bounds[0].rm_eo = static_cast<regoff_t>(kept_.size());
  return ::regexec(regex_, kept_.c_str(), 1, bounds, REG_STARTEND) == 0;
}

std::string BodyCheck::finish_sha256() {
  if (bytes_ == 0 || (!hash_ && last_ == nullptr)) return {};
  if (!hash_) {
    if (last_->text != short_) *last_ = {short_, sha256_hex(short_)};
    return last_->sha256;
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(hash_.get(), digest, &size);
  hash_.reset();
  return hex(digest, size);
}

std::optional<Failure> BodyCheck::judge(int status, const std::string& sha256) const {
  const auto& statuses = expect_->statuses;
  if (!statuses.empty() && std::find(statuses.begin(), statuses.end(), status) == statuses.end()) {
    return Failure{FailureKind::status, Phase::check, 0,
                   fmt::format("(22) The requested URL returned error: {}", status)};
  }
  if (expect_->body_equals && !(equal_ && bytes_ == expect_->body_equals->size())) {
    return body_failure(fmt::format("the body ({} bytes) is not the expected one", bytes_));
  }
  if (expect_->body_contains && !contained_ && !expect_->body_contains->empty()) {
    return body_failure(fmt::format("the body ({} bytes) does not contain the expected text", bytes_));
  }
  if (regex_ != nullptr && !matches()) {
    return body_failure(fmt::format("the body ({} bytes) does not match the expected pattern", bytes_));
  }
  if (expect_->body_sha256 && *expect_->body_sha256 != (sha256.empty() ? sha256_hex("") : sha256)) {
    return body_failure(fmt::format("the body ({} bytes) has another sha256 than expected", bytes_));
  }
  return std::nullopt;
}

JudgedAnswer judge_answer(const Prepared& request, int status, std::string_view body) {
  BodyCheck check(request.request.expect, request.body_regex.get());
  check.feed(body);
  JudgedAnswer judged;
  judged.sha256 = check.finish_sha256();
  judged.failure = check.judge(status, judged.sha256);
  return judged;
}

}  // namespace straycat::probe
