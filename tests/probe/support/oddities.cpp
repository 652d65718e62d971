#include "probe/support/oddities.hpp"

#include "probe/support/zoo.hpp"

namespace straycat::test {

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\n";

std::string times(int count, const std::string& text) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

std::vector<Oddity> interim_answers() {
  const std::string hint = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
  return {
      {"continue", "HTTP/1.1 100 Continue\r\n\r\n" + ok_response("Meow"), "200 4 bytes"},
      {"processing", "HTTP/1.1 102 Processing\r\n\r\n" + ok_response("Meow"), "200 4 bytes"},
      {"hints_300", times(300, hint) + ok_response("Meow"), "200 4 bytes"},
      {"hints_without_end", times(5000, hint) + ok_response("Meow"), "protocol at first_byte, 0, 0 0 bytes"},
      {"hint_and_close", hint, "closed_early at first_byte, 0, 0 0 bytes"},
      {"switching", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nMeow",
       "status at check, 0, 101 0 bytes"},
      {"hint_with_length", "HTTP/1.1 103 Hint\r\nContent-Length: 4\r\n\r\n" + ok_response("Meow"), "200 4 bytes"},
  };
}

std::vector<Oddity> status_lines() {
  const std::string rest = "\r\nContent-Length: 4\r\n\r\nMeow";
  return {
      {"no_reason", "HTTP/1.1 200" + rest, "200 4 bytes"},
      {"reason_10k", "HTTP/1.1 200 " + std::string(10'000, 'x') + rest, "200 4 bytes"},
      {"reason_100k", "HTTP/1.1 200 " + std::string(100'000, 'x') + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"two_digits", "HTTP/1.1 20 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"four_digits", "HTTP/1.1 2000 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"no_number", "HTTP/1.1 abc OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"negative", "HTTP/1.1 -200 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"status_000", "HTTP/1.1 000 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"status_099", "HTTP/1.1 099 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"status_600", "HTTP/1.1 600 OK" + rest, "status at check, 0, 600 4 bytes"},
      {"status_999", "HTTP/1.1 999 OK" + rest, "status at check, 0, 999 4 bytes"},
      {"two_blanks", "HTTP/1.1  200 OK" + rest, "200 4 bytes"},
      {"lower_case", "http/1.1 200 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"http_10", "HTTP/1.0 200 OK" + rest, "200 4 bytes"},
      {"http_10_until_close", "HTTP/1.0 200 OK\r\n\r\nMeow", "200 4 bytes"},
      {"http_12", "HTTP/1.2 200 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"http_20", "HTTP/2.0 200 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"http_2", "HTTP/2 200 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"http_9", "HTTP/9.9 200 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"no_version", "HTTP/ 200 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
      {"blank_line_first", "\r\n" + ok_response("Meow"), "protocol at first_byte, 0, 0 0 bytes"},
      {"http_09", "Meow", "protocol at first_byte, 0, 0 0 bytes"},
      {"html", "<html><body>Meow</body></html>\n", "protocol at first_byte, 0, 0 0 bytes"},
      {"tls_alert", std::string("\x15\x03\x01\x00\x02\x02\x46", 7), "protocol at first_byte, 0, 0 0 bytes"},
      {"nothing_but_nul", std::string(16, '\0'), "protocol at first_byte, 0, 0 0 bytes"},
      {"other_protocol", "ICY 200 OK" + rest, "protocol at first_byte, 0, 0 0 bytes"},
  };
}

std::vector<Oddity> lengths() {
  const auto with = [](const std::string& fields, const std::string& body = "Meow") {
    return ok + fields + "\r\n" + body;
  };
  return {
      {"negative", with("Content-Length: -4\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"word", with("Content-Length: four\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"empty", with("Content-Length:\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"plus", with("Content-Length: +4\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"blanks", with("Content-Length:   4  \r\n"), "200 4 bytes"},
      {"fraction", with("Content-Length: 4.5\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"hex", with("Content-Length: 0x4\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"beyond_64_bits", with("Content-Length: 99999999999999999999999\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"twice_the_same", with("Content-Length: 4\r\nContent-Length: 4\r\n"), "200 4 bytes"},
      {"twice_the_same_in_a_list", with("Content-Length: 4, 4\r\n"), "200 4 bytes"},
      {"conflicting", with("Content-Length: 4\r\nContent-Length: 5\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"conflicting_shorter", with("Content-Length: 5\r\nContent-Length: 4\r\n"),
       "protocol at first_byte, 0, 0 0 bytes"},
      {"zero_and_more", with("Content-Length: 0\r\n"), "200 0 bytes"},
      {"chunked_and_length", with("Content-Length: 9\r\nTransfer-Encoding: chunked\r\n", "4\r\nMeow\r\n0\r\n\r\n"),
       "200 4 bytes"},
      {"length_and_chunked", with("Transfer-Encoding: chunked\r\nContent-Length: 9\r\n", "4\r\nMeow\r\n0\r\n\r\n"),
       "200 4 bytes"},
      {"trailing_garbage", with("Content-Length: 4\r\n", "Meow\r\n\r\n???"), "200 4 bytes"},
      {"two_answers", ok_response("Meow") + ok_response("Woof"), "200 4 bytes"},
  };
}

std::vector<Oddity> chunks() {
  const auto with = [](const std::string& body, const std::string& coding = "chunked") {
    return ok + "Transfer-Encoding: " + coding + "\r\n\r\n" + body;
  };
  return {
      {"extension", with("4;name=value\r\nMeow\r\n0;last\r\n\r\n"), "200 4 bytes"},
      {"quoted_extension", with("4;name=\"a;b\"\r\nMeow\r\n0\r\n\r\n"), "200 4 bytes"},
      {"long_extension", with("4;x=" + std::string(3000, 'x') + "\r\nMeow\r\n0\r\n\r\n"), "200 4 bytes"},
      {"trailers", with("4\r\nMeow\r\n0\r\nX-Sum: 1\r\n\r\n"), "200 4 bytes"},
      {"leading_zeros", with("0004\r\nMeow\r\n000\r\n\r\n"), "200 4 bytes"},
      {"capitals", with("A\r\nMeowMeowMe\r\n0\r\n\r\n"), "200 10 bytes"},
      {"blank_after_size", with("4 \r\nMeow\r\n0\r\n\r\n"), "200 4 bytes"},
      {"too_big", with("FFFFFFFFFFFFFFFFF\r\nMeow\r\n0\r\n\r\n"), "protocol at body, 0, 200 0 bytes"},
      {"negative", with("-4\r\nMeow\r\n0\r\n\r\n"), "protocol at body, 0, 200 0 bytes"},
      {"empty_size", with("\r\nMeow\r\n0\r\n\r\n"), "protocol at body, 0, 200 0 bytes"},
      {"no_end_of_data", with("4\r\nMeowMeow\r\n0\r\n\r\n"), "protocol at body, 0, 200 4 bytes"},
      {"cut_in_size", with("4\r\nMeow\r\n1"), "closed_early at body, 0, 200 4 bytes"},
      {"cut_after_chunk", with("4\r\nMeow\r\n"), "closed_early at body, 0, 200 4 bytes"},
      {"last_line_missing", with("4\r\nMeow\r\n0\r\n"), "closed_early at body, 0, 200 4 bytes"},
      {"line_feeds", with("4\nMeow\n0\n\n"), "200 4 bytes"},
      {"garbage_after", with("4\r\nMeow\r\n0\r\n\r\nGARBAGE"), "200 4 bytes"},
      {"twice", with("4\r\nMeow\r\n0\r\n\r\n", "chunked, chunked"), "protocol at first_byte, 0, 0 0 bytes"},
      {"identity", with("Meow", "identity"), "200 4 bytes"},
      {"unknown_coding", with("Meow", "rot13"), "protocol at first_byte, 0, 0 0 bytes"},
      {"gzip_chunked", with("4\r\nMeow\r\n0\r\n\r\n", "gzip, chunked"), "protocol at first_byte, 0, 0 0 bytes"},
      {"http_10", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nMeow\r\n0\r\n\r\n", "200 4 bytes"},
      {"without_any", with("0\r\n\r\n"), "200 0 bytes"},
  };
}

std::vector<Oddity> fields() {
  const auto with = [](const std::string& field) { return ok + field + "Content-Length: 4\r\n\r\nMeow"; };
  return {
      {"folded", with("X-A: b\r\n c\r\n"), "200 4 bytes"},
      {"folded_tab", with("X-A: b\r\n\tc\r\n"), "200 4 bytes"},
      {"folded_first", ok + " X-A: b\r\nContent-Length: 4\r\n\r\nMeow", "protocol at first_byte, 0, 0 0 bytes"},
      {"nul_in_value", with(std::string("X-A: b\0c\r\n", 10)), "protocol at first_byte, 0, 0 0 bytes"},
      {"nul_in_name", with(std::string("X-\0A: b\r\n", 9)), "protocol at first_byte, 0, 0 0 bytes"},
      {"no_colon", with("X-A\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"empty_name", with(": b\r\n"), "200 4 bytes"},
      {"blank_before_colon", with("X-A : b\r\n"), "200 4 bytes"},
      {"blank_in_name", with("X A: b\r\n"), "200 4 bytes"},
      {"not_ascii", with("X-\xc3\xa4: \xc3\xa4\r\n"), "200 4 bytes"},
      {"control_in_value", with("X-A: \x01\x02\r\n"), "200 4 bytes"},
      {"bare_cr_in_value", with("X-A: b\rc\r\n"), "200 4 bytes"},
      {"line_feeds", "HTTP/1.1 200 OK\nContent-Length: 4\n\nMeow", "200 4 bytes"},
      {"carriage_returns", "HTTP/1.1 200 OK\rContent-Length: 4\r\rMeow", "closed_early at first_byte, 0, 0 0 bytes"},
      {"gzip_body", ok + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08?", "200 4 bytes"},
      {"hundred_fields", with(times(100, "X-A: b\r\n")), "200 4 bytes"},
      {"field_of_60k", with("X-A: " + std::string(60'000, 'x') + "\r\n"), "200 4 bytes"},
      {"field_of_70k", with("X-A: " + std::string(70'000, 'x') + "\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"field_of_200k", with("X-A: " + std::string(200'000, 'x') + "\r\n"), "protocol at first_byte, 0, 0 0 bytes"},
      {"no_fields", ok + "\r\nMeow", "200 4 bytes"},
      {"cut_before_blank_line", ok + "Content-Length: 4\r\n", "closed_early at first_byte, 0, 0 0 bytes"},
  };
}

std::vector<Oddity> statuses() {
  return {
      {"no_content", "HTTP/1.1 204 No Content\r\n\r\n", "status at check, 0, 204 0 bytes"},
      {"no_content_with_body", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nMeow",
       "status at check, 0, 204 0 bytes"},
      {"not_modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", "status at check, 0, 304 0 bytes"},
      {"reset_content", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", "status at check, 0, 205 0 bytes"},
      {"redirect", "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
       "status at check, 0, 301 0 bytes"},
      {"redirect_without_location", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
       "status at check, 0, 302 0 bytes"},
      {"unauthorized", "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
       "status at check, 0, 401 0 bytes"},
      {"proxy_auth", "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
       "status at check, 0, 407 0 bytes"},
      {"unavailable_cut", "HTTP/1.1 503 No\r\nContent-Length: 10\r\n\r\nMeow", "closed_early at body, 0, 503 4 bytes"},
      {"big_body", ok_response(std::string(1 << 20, 'x')), "200 1048576 bytes"},
  };
}

std::vector<Oddity> all_oddities() {
  std::vector<Oddity> all;
  for (const auto& some : {interim_answers(), status_lines(), lengths(), chunks(), fields(), statuses()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

std::string outcome_of(const probe::Attempt& attempt) {
  const std::string answer = std::to_string(attempt.status) + " " + std::to_string(attempt.body_bytes) + " bytes";
  if (attempt.ok()) return answer;
  const Failure& failure = *attempt.failure;
  return std::string(to_string(failure.kind)) + " at " + std::string(to_string(failure.phase)) + ", " +
         std::to_string(failure.error_number) + ", " + answer;
}

}  // namespace straycat::test
