#include "probe/answer.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "probe/failures.hpp"
#include "probe/head_rules.hpp"

namespace straycat::probe {

namespace http = boost::beast::http;

namespace {

// A server may send as many interim responses as it likes, and as long a header; we stop listening here.
constexpr std::uint32_t header_limit = 64u << 10;  // as the other engine's
constexpr std::string_view http_prefix = "HTTP/";

}  // namespace

struct Answer::Parser final : http::basic_parser<false> {
  using View = boost::beast::string_view;
  using Error = boost::beast::error_code;

  explicit Parser(BodyCheck& body_check) : body(body_check) {
    eager(true);
    this->header_limit(2 * probe::header_limit);  // ours is of all heads together
    body_limit(boost::none);
  }

  void on_request_impl(http::verb, View, View, int, Error&) override {}
  void on_response_impl(int code, View, int http_version, Error& error) override {
    if (code < 100) error = http::error::bad_status;
    status = code;
    version = http_version;
  }
  // A coding that Beast would pass over, or take for its own.
  void on_field_impl(http::field name, View, View value, Error& error) override {
    if (name == http::field::transfer_encoding && value != "chunked") error = http::error::bad_transfer_encoding;
  }
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
  taken_.clear();
  parser_ = std::make_unique<Parser>(body_);
  if (head_) parser_->skip(true);
}

Answer::State Answer::feed(std::string_view bytes) {
  pending_ += bytes;
  fresh_ = bytes.size();
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
  State state = State::more;
  while (!pending_.empty() && state == State::more) {
    const std::size_t before = pending_.size();
    const bool in_head = !parser_->is_header_done();
    state = loose_ ? go_loose() : in_head ? parse_head() : parse_body();
    if (state != State::more || !parser_->is_done()) {
      if (pending_.size() == before) break;
      continue;
    }
    if (status() >= 200 || status() == 101) return State::whole;
    restart();  // 1xx: the real response follows (RFC 9110, 15.2)
  }
  return state;
}

// After it nothing of this head counts.
Answer::State Answer::refuse_head(std::string_view why) {
  restart();
  failure_ = protocol_failure(Phase::first_byte, std::string(why));
  return State::broken;
}

Answer::State Answer::refuse_body(std::string_view why) {
  failure_ = protocol_failure(Phase::body, std::string(why));
  return State::broken;
}

Answer::State Answer::parse_head() {
  boost::beast::error_code error;
  const std::size_t used = parser_->put(boost::asio::buffer(pending_), error);
  if (parser_->is_header_done()) {
    // Looking for the head's end is left out where it cannot come to too much.
    if ((header_bytes_ > 0 || status() < 200 || taken_.size() + used > header_limit) && !count_head())
      return too_long();
    taken_.clear();
    pending_.erase(0, used);
    return after_body_bytes(error);
  }
  if (error != http::error::need_more) return reread_head();
  if (header_bytes_ + taken_.size() + pending_.size() > header_limit) return too_long();
  // Beast waits for lines that end with CR LF.
  const bool line_ended = pending_.find('\n', pending_.size() - std::min(fresh_, pending_.size())) != pending_.npos;
  if (line_ended && end_of_head(taken_ + pending_) != pending_.npos) return reread_head();
  taken_.append(pending_, 0, used);
  pending_.erase(0, used);
  return State::more;
}

bool Answer::count_head() {
  header_bytes_ += end_of_head(taken_ + pending_);
  return header_bytes_ <= header_limit;
}

Answer::State Answer::reread_head() {
  const std::string text = taken_ + pending_;
  const std::size_t size = end_of_head(text);
  if (size == text.npos) return header_bytes_ + text.size() > header_limit ? too_long() : State::more;
  if (!count_head()) return too_long();
  HeadRules rules;
  for (std::size_t begin = 0, end = 0; begin < size; begin = end) {
    end = text.find('\n', begin) + 1;
    const std::string_view why = rules.take(std::string_view(text).substr(begin, end - begin));
    if (!why.empty()) return refuse_head(why);
  }
  restart();
  pending_ = text.substr(size);
  boost::beast::error_code error;
  parser_->put(boost::asio::buffer(rules.canonical()), error);
  if (error && error != http::error::need_more) return refuse_head(error.message());
  return State::more;
}

Answer::State Answer::parse_body() {
  boost::beast::error_code error;
  const std::size_t used = parser_->put(boost::asio::buffer(pending_), error);
  pending_.erase(0, used);
  return after_body_bytes(error);
}

Answer::State Answer::after_body_bytes(boost::beast::error_code error) {
  const bool waits = error == http::error::need_more;
  // Beast waits for lines that end with CR LF here, too.
  const bool odd = waits ? pending_.find('\n') != pending_.npos : static_cast<bool>(error);
  if (!odd) return State::more;
  if (!parser_->chunked()) return refuse_body(error.message());
  loose_ = std::make_unique<LooseChunks>(body_, body_.bytes() > 0);
  return go_loose();
}

Answer::State Answer::go_loose() {
  const LooseChunks::State state = loose_->feed(std::exchange(pending_, {}));
  if (state == LooseChunks::State::broken) return refuse_body("bad chunk");
  return state == LooseChunks::State::whole ? State::whole : State::more;
}

Answer::State Answer::feed_end() {
  if (!loose_ && parser_->is_header_done() && parser_->need_eof()) {
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
int Answer::status() const { return parser_->is_header_done() ? parser_->status : 0; }
int Answer::http_version() const { return parser_->is_header_done() ? parser_->version : 0; }
std::optional<std::uint64_t> Answer::content_length() const { return parser_->length; }
BodyCheck& Answer::body() { return body_; }

}  // namespace straycat::probe
