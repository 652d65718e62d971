#include "probe/answer.hpp"

#include <limits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "probe/failures.hpp"

namespace straycat::probe {

namespace http = boost::beast::http;

namespace {

// A server may send as many interim responses as it likes, and as long a header; we stop listening here.
constexpr std::uint32_t header_limit = 64u << 10;
constexpr std::string_view http_prefix = "HTTP/";

}  // namespace

struct Answer::Parser final : http::basic_parser<false> {
  using View = boost::beast::string_view;
  using Error = boost::beast::error_code;

  explicit Parser(BodyCheck& body_check) : body(body_check) {
    eager(true);
    this->header_limit(probe::header_limit);
    body_limit(boost::none);
  }

  void on_request_impl(http::verb, View, View, int, Error&) override {}
  void on_response_impl(int code, View, int http_version, Error&) override {
    status = code;
    version = http_version;
  }
  void on_field_impl(http::field, View, View, Error&) override {}
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& content_length, Error&) override {
    if (content_length) length = *content_length;
  }
  std::size_t on_body_impl(View piece, Error&) override {
    body.feed({piece.data(), piece.size()});
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, View, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View piece, Error&) override {
    body.feed({piece.data(), piece.size()});
    return piece.size();
  }
  void on_finish_impl(Error&) override {}

  BodyCheck& body;
  int status = 0, version = 0;
  std::optional<std::uint64_t> length;
};

Answer::Answer(const Expectation& expect, bool head, const regex_t* regex, LastBody* last)
    : expect_(&expect), regex_(regex), last_(last), head_(head), body_(expect, regex, last) {
  restart();
}
Answer::~Answer() = default;

void Answer::restart() {
  body_ = BodyCheck(*expect_, regex_, last_);
  parser_ = std::make_unique<Parser>(body_);
  if (head_) parser_->skip(true);
}

Answer::State Answer::feed(std::string_view bytes) {
  pending_ += bytes;
  if (!seen_prefix_) {
    const std::string_view begin = std::string_view(pending_).substr(0, http_prefix.size());
    if (!http_prefix.starts_with(begin)) {
      failure_ = not_http();
      return State::broken;
    }
    seen_prefix_ = begin == http_prefix;
  }
  return parse();
}

Answer::State Answer::parse() {
  while (!pending_.empty()) {
    boost::beast::error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(pending_), error);
    pending_.erase(0, used);
    if (error == http::error::need_more) return State::more;
    if (error) {
      failure_ = protocol_failure(phase(), error.message());
      return State::broken;
    }
    if (!parser_->is_done()) {
      if (used == 0) return State::more;
      continue;
    }
    if (status() >= 200) return State::whole;
    if (status() == 101) return State::whole;
    restart();  // 1xx: the real response follows (RFC 9110, 15.2)
  }
  return State::more;
}

Answer::State Answer::feed_end() {
  if (parser_->is_header_done() && parser_->need_eof()) {
    boost::beast::error_code error;
    parser_->put_eof(error);
    if (!error) return State::whole;
  }
  failure_ = failure();
  return State::broken;
}

Failure Answer::failure() const {
  if (failure_) return *failure_;
  if (phase() == Phase::first_byte) return empty_reply();
  if (!parser_->length || parser_->chunked()) return cut_body(std::nullopt);
  return cut_body(*parser_->length - body_.bytes());
}

Phase Answer::phase() const { return parser_->is_header_done() ? Phase::body : Phase::first_byte; }
int Answer::status() const { return parser_->status; }
int Answer::http_version() const { return parser_->version; }
std::optional<std::uint64_t> Answer::content_length() const { return parser_->length; }
BodyCheck& Answer::body() { return body_; }

}  // namespace straycat::probe
