#include "userinfo.hpp"

#include <charconv>
#include <string_view>

namespace straycat::scenario {
namespace {

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string base64(std::string_view bytes) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      group = group << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
    for (int shift = 18; shift >= 0; shift -= 6) out += letters[group >> shift & 63U];
  }
  for (std::size_t over = (3 - bytes.size() % 3) % 3, i = 0; i < over; ++i) out[out.size() - 1 - i] = '=';
  return out;
}

}  // namespace

void move_userinfo(plan::TrafficPlan& traffic) {
  const auto begin = traffic.url.find("://");
  if (begin == std::string::npos) return;
  const auto authority = traffic.url.substr(begin + 3, traffic.url.find_first_of("/?#", begin + 3) - begin - 3);
  const auto at = authority.find('@');
  if (at == std::string::npos) return;
  std::string userinfo = percent_decoded(authority.substr(0, at));
  if (userinfo.find(':') == std::string::npos) userinfo += ':';
  traffic.headers.emplace("Authorization", "Basic " + base64(userinfo));
  traffic.url.erase(begin + 3, at + 1);
}

}  // namespace straycat::scenario
