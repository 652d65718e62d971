// SPDY/3.1 (draft-mbelshe-httpbis-spdy-00 with version 3's framing), as far as client-go and Docker's spdystream use
// it.
#include <optional>
#include <utility>
#include <zlib.h>

#include "cluster/apiserver/framing.hpp"

namespace straycat::cluster {
namespace {

enum FrameType { syn_stream = 1, syn_reply = 2, rst_stream = 3, ping = 6, go_away = 7 };
constexpr unsigned control_bit = 0x80000000U, spdy_version = 3;
constexpr unsigned fin = 1;
constexpr std::size_t frame_head = 8, longest_frame = 1 << 20, longest_headers = 64 * 1024, most_streams = 1024;
constexpr unsigned most_headers = 64;  // of a stream

// The dictionary that headers are compressed with (section 2.6.10.1): names with their lengths, then one long text.
std::string make_dictionary() {
  constexpr std::string_view names[] = {"options",
                                        "head",
                                        "post",
                                        "put",
                                        "delete",
                                        "trace",
                                        "accept",
                                        "accept-charset",
                                        "accept-encoding",
                                        "accept-language",
                                        "accept-ranges",
                                        "age",
                                        "allow",
                                        "authorization",
                                        "cache-control",
                                        "connection",
                                        "content-base",
                                        "content-encoding",
                                        "content-language",
                                        "content-length",
                                        "content-location",
                                        "content-md5",
                                        "content-range",
                                        "content-type",
                                        "date",
                                        "etag",
                                        "expect",
                                        "expires",
                                        "from",
                                        "host",
                                        "if-match",
                                        "if-modified-since",
                                        "if-none-match",
                                        "if-range",
                                        "if-unmodified-since",
                                        "last-modified",
                                        "location",
                                        "max-forwards",
                                        "pragma",
                                        "proxy-authenticate",
                                        "proxy-authorization",
                                        "range",
                                        "referer",
                                        "retry-after",
                                        "server",
                                        "te",
                                        "trailer",
                                        "transfer-encoding",
                                        "upgrade",
                                        "user-agent",
                                        "vary",
                                        "via",
                                        "warning",
                                        "www-authenticate",
                                        "method",
                                        "get",
                                        "status",
                                        "200 OK",
                                        "version",
                                        "HTTP/1.1",
                                        "url",
                                        "public",
                                        "set-cookie",
                                        "keep-alive",
                                        "origin"};
  std::string out;
  for (const auto name : names) out += std::string(3, '\0') + static_cast<char>(name.size()) + std::string(name);
  return out +
         "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 "
         "Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 "
         "Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr "
         "May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, "
         "GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/"
         "javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";
}

const std::string& dictionary() {
  static const std::string text = make_dictionary();
  return text;
}

const Bytef* as_bytes(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

// One zlib stream for all header blocks of a direction: a block depends on those before it.
class Inflater {
 public:
  Inflater() { inflateInit(&stream_); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  // None: it is no such block, or longer than anybody's headers.
  std::optional<std::string> block(std::string_view compressed) {
    std::string out;
    char piece[4096];
    stream_.next_in = const_cast<Bytef*>(as_bytes(compressed));
    stream_.avail_in = static_cast<uInt>(compressed.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(piece);
      stream_.avail_out = sizeof piece;
      auto result = inflate(&stream_, Z_SYNC_FLUSH);
      if (result == Z_NEED_DICT)
        result = inflateSetDictionary(&stream_, as_bytes(dictionary()), static_cast<uInt>(dictionary().size()));
      if (result != Z_OK && result != Z_BUF_ERROR) return std::nullopt;
      out.append(piece, sizeof piece - stream_.avail_out);
      if (out.size() > longest_headers) return std::nullopt;
      if (result == Z_BUF_ERROR) break;
    } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    return out;
  }

 private:
  z_stream stream_{};
};

// Our own header blocks are always empty (a reply that says nothing but "I have it").
class Deflater {
 public:
  Deflater() {
    deflateInit(&stream_, Z_BEST_COMPRESSION);
    deflateSetDictionary(&stream_, as_bytes(dictionary()), static_cast<uInt>(dictionary().size()));
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  std::string block(std::string_view text) {
    char piece[256];
    std::string out;
    stream_.next_in = const_cast<Bytef*>(as_bytes(text));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(piece);
      stream_.avail_out = sizeof piece;
      deflate(&stream_, Z_SYNC_FLUSH);
      out.append(piece, sizeof piece - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return out;
  }

 private:
  z_stream stream_{};
};

std::string big_endian(unsigned value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

// Four bytes at `at`, which the caller knows to be there.
unsigned number_at(std::string_view bytes, std::size_t at) {
  unsigned out = 0;
  for (std::size_t i = 0; i < 4; ++i) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

std::string control_frame(FrameType type, unsigned flags, std::string_view body) {
  return big_endian(control_bit | spdy_version << 16 | type) +
         big_endian(flags << 24 | static_cast<unsigned>(body.size())) + std::string(body);
}

// A count, then names and values with their lengths.
std::optional<std::map<std::string, std::string>> parse_headers(std::string_view block) {
  std::map<std::string, std::string> out;
  std::size_t at = 4;
  if (block.size() < at) return std::nullopt;
  const auto text = [&]() -> std::optional<std::string> {
    if (block.size() - at < 4 || block.size() - at - 4 < number_at(block, at)) return std::nullopt;
    const auto size = number_at(block, at);
    at += 4 + size;
    return std::string(block.substr(at - size, size));
  };
  if (number_at(block, 0) > most_headers) return std::nullopt;
  for (unsigned left = number_at(block, 0); left > 0; --left) {
    auto name = text();
    auto value = name ? text() : std::nullopt;
    if (!value) return std::nullopt;
    out[*name] = *value;
  }
  return out;
}

class SpdyFraming final : public Framing {
 public:
  StoreResult<std::vector<Said>> take(std::string_view bytes) override {
    buffered_ += bytes;
    std::vector<Said> out;
    std::size_t used = 0;
    while (buffered_.size() - used >= frame_head) {
      const auto rest = std::string_view(buffered_).substr(used);
      const auto size = number_at(rest, 4) & 0xFFFFFF;
      if (size > longest_frame) return bad_request("SPDY: a frame of " + std::to_string(size) + " bytes");
      if (rest.size() - frame_head < size) break;
      if (!frame(rest.substr(0, frame_head + size), out)) return bad_request("SPDY: a malformed frame");
      used += frame_head + size;
    }
    buffered_.erase(0, used);
    return out;
  }
  std::string replies() override { return std::exchange(replies_, {}); }
  std::string data(int stream, std::string_view bytes) override {
    return big_endian(static_cast<unsigned>(stream)) + big_endian(static_cast<unsigned>(bytes.size())) +
           std::string(bytes);
  }
  std::string closing(int stream) override {
    end(stream, ours);
    return big_endian(static_cast<unsigned>(stream)) + big_endian(fin << 24);
  }

 private:
  // A whole frame; false: it breaks the rules.
  bool frame(std::string_view whole, std::vector<Said>& out) {
    const auto head = number_at(whole, 0);
    const auto flags = number_at(whole, 4) >> 24;
    const auto body = whole.substr(frame_head);
    if ((head & control_bit) == 0) {
      const auto stream = static_cast<int>(head);
      if (!streams_.contains(stream)) return true;  // it may come after our end of the stream
      if (!body.empty()) out.push_back({Said::What::data, stream, {}, std::string(body)});
      if ((flags & fin) != 0) close(stream, out);
      return true;
    }
    return control(head & 0xFFFF, flags, body, out);
  }
  bool control(unsigned type, unsigned flags, std::string_view body, std::vector<Said>& out) {
    if (type == syn_stream) return opened(flags, body, out);
    if (type == ping) replies_ += control_frame(ping, 0, body);
    if (type == rst_stream && body.size() >= 4) reset(static_cast<int>(number_at(body, 0)), out);
    return true;  // settings, windows and farewells change nothing here
  }
  bool opened(unsigned flags, std::string_view body, std::vector<Said>& out) {
    constexpr std::size_t before_headers = 10;  // the stream, the one it belongs to, a priority
    if (body.size() < before_headers || streams_.size() >= most_streams) return false;
    const auto stream = static_cast<int>(number_at(body, 0) & ~control_bit);
    const auto block = inflater_.block(body.substr(before_headers));
    auto headers = block ? parse_headers(*block) : std::nullopt;
    if (!headers || !streams_.emplace(stream, 0U).second) return false;
    replies_ += control_frame(syn_reply, 0, big_endian(static_cast<unsigned>(stream)) + deflater_.block(big_endian(0)));
    out.push_back({Said::What::opened, stream, std::move(*headers)});
    if ((flags & fin) != 0) close(stream, out);
    return true;
  }
  void close(int stream, std::vector<Said>& out) {
    out.push_back({Said::What::closed, stream});
    end(stream, theirs);
  }
  void reset(int stream, std::vector<Said>& out) {
    if (streams_.erase(stream) > 0) out.push_back({Said::What::reset, stream});
  }
  // A stream is forgotten when both have ended it.
  void end(int stream, unsigned whose) {
    const auto at = streams_.find(stream);
    if (at != streams_.end() && (at->second |= whose) == (ours | theirs)) streams_.erase(at);
  }

  static constexpr unsigned ours = 1, theirs = 2;
  std::string buffered_, replies_;
  std::map<int, unsigned> streams_;  // open ones, and who has ended them
  Inflater inflater_;
  Deflater deflater_;
};

}  // namespace

std::unique_ptr<Framing> spdy_framing() { return std::make_unique<SpdyFraming>(); }

}  // namespace straycat::cluster
