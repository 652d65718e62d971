#include "cluster/dns/message.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace straycat::cluster::dns {
namespace {

constexpr std::size_t header_size = 12, longest_label = 63, longest_name = 255;
constexpr std::uint16_t internet = 1, any_class = 255;
constexpr unsigned is_answer = 0x8000, authoritative = 0x0400, truncated = 0x0200, recursion_desired = 0x0100,
                   recursion_available = 0x0080;
constexpr std::size_t least_room = 512, most_room = 4096;

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}
void put32(std::string& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}

// Reads, and knows when there is nothing more.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  unsigned byte() {
    if (at_ >= bytes_.size()) return fail();
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  unsigned word() {
    const unsigned high = byte();
    return high << 8 | byte();
  }
  void skip(std::size_t count) {
    if (bytes_.size() - at_ < count)
      fail();
    else
      at_ += count;
  }
  // Labels up to the empty one, lower case, with dots between. A pointer has no place in a question.
  std::string name() {
    std::string out;
    for (unsigned size = byte(); good_ && size != 0; size = byte()) {
      if (size > longest_label || out.size() + size + 1 > longest_name) return fail(), "";
      if (!out.empty()) out += '.';
      for (unsigned i = 0; i < size && good_; ++i) {
        const auto letter = static_cast<char>(byte());
        out += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
      }
    }
    return out;
  }

 private:
  unsigned fail() {
    good_ = false;
    return 0;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

// "a.b" as labels. A label that is too long makes no name that anybody could ask for.
std::string wire_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('.'), name.size());
    const std::string_view label = name.substr(0, std::min(end, longest_label));
    out += static_cast<char>(label.size());
    out += label;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return out + '\0';
}

void read_options(Reader& reader, unsigned records, Query& query) {
  for (unsigned i = 0; i < records; ++i) {
    const std::string owner = reader.name();
    const unsigned type = reader.word(), room = reader.word();
    reader.skip(4);
    reader.skip(reader.word());
    if (!reader.good()) return;
    if (type != static_cast<unsigned>(Type::opt) || !owner.empty()) continue;
    query.edns = true;
    query.room = std::clamp<std::size_t>(room, least_room, most_room);
  }
}

void put_record(std::string& out, const Query& query, const Record& record) {
  // The question's own name stands right behind the header.
  if (record.name == query.name)
    put16(out, 0xc000 | header_size);
  else
    out += wire_name(record.name);
  put16(out, static_cast<unsigned>(record.type));
  put16(out, internet);
  put32(out, record.seconds);
  put16(out, static_cast<unsigned>(record.data.size()));
  out += record.data;
}

void put_option(std::string& out) {
  out += '\0';
  put16(out, static_cast<unsigned>(Type::opt));
  put16(out, most_room);
  put32(out, 0);
  put16(out, 0);
}

std::string head(std::uint16_t id, unsigned flags, unsigned questions, const Answer& answer, bool with_option) {
  std::string out;
  put16(out, id);
  put16(out, flags);
  put16(out, questions);
  put16(out, static_cast<unsigned>(answer.records.size()));
  put16(out, static_cast<unsigned>(answer.authority.size()));
  put16(out, static_cast<unsigned>(answer.additional.size() + (with_option ? 1 : 0)));
  return out;
}

}  // namespace

Read read_query(std::string_view bytes) {
  if (bytes.size() < header_size) return {};
  Reader reader(bytes);
  Read out;
  out.id = static_cast<std::uint16_t>(reader.word());
  const unsigned flags = reader.word();
  if ((flags & is_answer) != 0) return {};
  const unsigned questions = reader.word(), answers = reader.word(), authority = reader.word(),
                 additional = reader.word();
  if ((flags >> 11 & 0xf) != 0) return out.refusal = Code::not_implemented, out;  // an operation that is no query
  Query query;
  query.id = out.id;
  query.recursion_desired = (flags & recursion_desired) != 0;
  query.name = reader.name();
  query.type = static_cast<Type>(reader.word());
  const unsigned kind = reader.word();
  if (questions != 1 || !reader.good()) return out.refusal = Code::format_error, out;
  query.internet = kind == internet || kind == any_class;
  query.question = bytes.substr(header_size, reader.at() - header_size);
  if (answers == 0 && authority == 0) read_options(reader, additional, query);
  out.query = std::move(query);
  return out;
}

std::optional<Record> address_record(const std::string& name, const std::string& address) {
  in_addr binary{};
  if (::inet_pton(AF_INET, address.c_str(), &binary) != 1) return std::nullopt;
  Record out{name, Type::a, 5, std::string(reinterpret_cast<const char*>(&binary), sizeof binary)};
  return out;
}

Record alias_record(const std::string& name, const std::string& target) {
  return {name, Type::cname, 5, wire_name(target)};
}

Record pointer_record(const std::string& name, const std::string& target) {
  return {name, Type::ptr, 5, wire_name(target)};
}

Record text_record(const std::string& name, const std::string& text) {
  const std::string shown = text.substr(0, 255);
  return {name, Type::txt, 5, static_cast<char>(shown.size()) + shown};
}

Record service_record(const std::string& name, std::uint16_t weight, std::uint16_t port, const std::string& target) {
  std::string data;
  put16(data, 0);
  put16(data, weight);
  put16(data, port);
  return {name, Type::srv, 5, data + wire_name(target)};
}

Record authority_record(const std::string& zone) {
  std::string data = wire_name("ns.dns." + zone) + wire_name("hostmaster." + zone);
  for (const std::uint32_t value : {1u, 7200u, 1800u, 86400u, 5u}) put32(data, value);
  return {zone, Type::soa, 5, std::move(data)};
}

std::string write_answer(const Query& query, const Answer& answer, std::size_t most) {
  unsigned flags = is_answer | recursion_available | static_cast<unsigned>(answer.code);
  if (query.recursion_desired) flags |= recursion_desired;
  if (answer.authoritative) flags |= authoritative;
  std::string out = head(query.id, flags, 1, answer, query.edns) + query.question;
  for (const auto* section : {&answer.records, &answer.authority, &answer.additional})
    for (const Record& record : *section) put_record(out, query, record);
  if (query.edns) put_option(out);
  if (out.size() <= most) return out;
  out = head(query.id, flags | truncated, 1, {}, query.edns) + query.question;
  if (query.edns) put_option(out);
  return out;
}

std::string write_refusal(std::uint16_t id, Code code) {
  return head(id, is_answer | static_cast<unsigned>(code), 0, {}, false);
}

}  // namespace straycat::cluster::dns
