// DNS messages, as far as the name server of a cluster needs them (RFC 1035; SRV: RFC 2782; EDNS: RFC 6891). Our own
// hand and not a library's: a query is one name of at most 255 bytes, and all of Debian's libraries for servers would
// be one more that every installation must bring.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace straycat::cluster::dns {

enum class Type : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  ptr = 12,
  txt = 16,
  aaaa = 28,
  srv = 33,
  opt = 41,
  any = 255,
};
enum class Code : std::uint8_t {
  no_error = 0,
  format_error = 1,
  server_failure = 2,
  no_name = 3,
  not_implemented = 4,
  refused = 5
};

struct Query {
  std::uint16_t id = 0;
  bool recursion_desired = false;
  std::string question;  // its bytes, which an answer repeats: name, type, class
  std::string name;      // lower case, without the last dot: "sayhi.shop.svc.cluster.local"
  Type type = Type::a;
  bool internet = true;    // class IN (or ANY)
  bool edns = false;       // it carried an OPT record
  std::size_t room = 512;  // bytes of an answer by UDP that the client takes
};
// What a datagram asks, or what is to be answered to one that cannot be read; neither: it is to be dropped (shorter
// than a header, or an answer itself: two servers must not talk to each other for ever).
struct Read {
  std::optional<Query> query;
  std::optional<Code> refusal;  // with `id` alone
  std::uint16_t id = 0;
};
[[nodiscard]] Read read_query(std::string_view bytes);

// A record's data is its wire form: see the makers below.
struct Record {
  std::string name;
  Type type = Type::a;
  std::uint32_t seconds = 5;  // how long it may be kept; CoreDNS gives cluster names 5 (its plugin kubernetes: ttl)
  std::string data;
  bool operator==(const Record&) const = default;
};
// "10.96.0.7"; none: it is no IPv4 address.
[[nodiscard]] std::optional<Record> address_record(const std::string& name, const std::string& address);
[[nodiscard]] Record alias_record(const std::string& name, const std::string& target);  // CNAME
[[nodiscard]] Record pointer_record(const std::string& name, const std::string& target);
[[nodiscard]] Record text_record(const std::string& name, const std::string& text);  // at most 255 bytes
[[nodiscard]] Record service_record(const std::string& name, std::uint16_t weight, std::uint16_t port,
                                    const std::string& target);
// Whose zone says that something is not there, and for how long that may be believed.
[[nodiscard]] Record authority_record(const std::string& zone);

struct Answer {
  Code code = Code::no_error;
  bool authoritative = true;
  std::vector<Record> records, authority, additional;
};
// `most`: bytes; what is longer says so and holds no record (TC): the client comes again by TCP.
[[nodiscard]] std::string write_answer(const Query& query, const Answer& answer, std::size_t most);
[[nodiscard]] std::string write_refusal(std::uint16_t id, Code code);

}  // namespace straycat::cluster::dns
