#include <algorithm>
#include <charconv>

#include "probe/pem.hpp"
#include <straycat/probe/request.hpp>

namespace straycat::probe {

namespace {

bool is_blank_or_control(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }

// RFC 9110, 5.6.2: token.
bool is_token(std::string_view text) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || others.find(c) != others.npos;
  });
}

Result<std::uint16_t> parse_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535) {
    return bad_input("bad port '" + std::string(text) + "' (1 to 65535)");
  }
  return static_cast<std::uint16_t>(port);
}

// "host", "host:port", "[::1]:port".
Result<> parse_authority(std::string_view text, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == text.npos) return bad_input("an IPv6 address without its closing ']'");
    url.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    url.host = text.substr(0, colon);
    port = colon == text.npos ? std::string_view{} : text.substr(colon);
  }
  if (url.host.empty()) return bad_input("no host");
  if (port.empty()) return {};
  if (port.front() != ':') return bad_input("unexpected '" + std::string(port) + "' after the host");
  const Result<std::uint16_t> number = parse_port(port.substr(1));
  if (!number) return number.error();
  url.port = *number;
  return {};
}

Result<Url> parse(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), is_blank_or_control))
    return bad_input("a blank or control character in it");
  Url url;
  const auto colon = text.find("://");
  url.scheme = colon == text.npos ? std::string{} : std::string(text.substr(0, colon));
  std::transform(url.scheme.begin(), url.scheme.end(), url.scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (url.scheme != "http" && url.scheme != "https") return bad_input("it must begin with http:// or https://");
  url.port = url.scheme == "http" ? 80 : 443;
  text = text.substr(colon + 3);
  text = text.substr(0, text.find('#'));
  const auto end = text.find_first_of("/?");
  const std::string_view authority = text.substr(0, end);
  if (authority.find('@') != authority.npos) return bad_input("user and password do not belong in it; use a header");
  if (Result<> parsed = parse_authority(authority, url); !parsed) return parsed.error();
  url.target = end == text.npos ? "/" : std::string(text.substr(end));
  if (url.target.front() == '?') url.target.insert(0, "/");
  return url;
}

std::string host_header(const Url& url) {
  std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  const bool usual = (url.scheme == "http" && url.port == 80) || (url.scheme == "https" && url.port == 443);
  return usual ? host : host + ":" + std::to_string(url.port);
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

Result<> check_headers(const ProbeRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return bad_input("'" + name + "' is no name for a header");
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos) {
      return bad_input("the value of header '" + name + "' holds a line break");
    }
  }
  return {};
}

// REG_NOSUB is not set: regexec() with REG_STARTEND, which bounds the text, needs the match.
Result<std::shared_ptr<const regex_t>> compile(const std::string& pattern) {
  auto compiled = std::make_unique<regex_t>();
  const int error = ::regcomp(compiled.get(), pattern.c_str(), REG_EXTENDED);
  if (error == 0) {
    return std::shared_ptr<const regex_t>(compiled.release(), [](regex_t* regex) {
      ::regfree(regex);
      delete regex;
    });
  }
  char text[256];
  ::regerror(error, compiled.get(), text, sizeof text);
  return bad_input("bad regular expression '" + pattern + "': " + text);
}

std::string wire_of(const ProbeRequest& request, const Url& url) {
  std::string wire = request.method + " " + url.target + " HTTP/1.1\r\n";
  const auto add = [&](const std::string& name, const std::string& value) { wire += name + ": " + value + "\r\n"; };
  const std::pair<std::string, std::string> usual[] = {
      {"Host", host_header(url)}, {"User-Agent", "straycat/" STRAYCAT_VERSION}, {"Accept", "*/*"}};
  for (const auto& [name, value] : usual) {
    const bool replaced = std::any_of(request.headers.begin(), request.headers.end(),
                                      [&](const auto& header) { return same_name(header.first, name); });
    if (!replaced) add(name, value);
  }
  for (const auto& [name, value] : request.headers) add(name, value);
  if (request.method == "POST" || request.method == "PUT" || request.method == "PATCH") add("Content-Length", "0");
  return wire + "\r\n";
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  Result<Url> url = parse(text);
  // One with a user and a password in it is not repeated.
  if (!url && text.find('@') != text.npos) return bad_input("bad URL: " + url.error().message);
  if (!url) return bad_input("bad URL '" + std::string(text) + "': " + url.error().message);
  return url;
}

bool is_plain(const ProbeRequest& request) {
  const bool https = request.url.size() > 4 && same_name(std::string_view(request.url).substr(0, 5), "https");
  return !https && request.proxy.empty() && !request.http2 && request.reuse <= 0;
}

Result<std::shared_ptr<const Prepared>> prepare(ProbeRequest request) {
  Result<Url> url = parse_url(request.url);
  if (!url) return url.error();
  if (!is_token(request.method)) return bad_input("'" + request.method + "' is no HTTP method");
  if (Result<> checked = check_headers(request); !checked) return checked.error();
  if (Result<> checked = check_pem(request.tls); !checked) return checked.error();
  std::shared_ptr<const regex_t> regex;
  if (request.expect.body_regex) {
    auto compiled = compile(*request.expect.body_regex);
    if (!compiled) return compiled.error();
    regex = std::move(*compiled);
  }
  std::string wire = wire_of(request, *url);
  return std::make_shared<const Prepared>(
      Prepared{std::move(request), std::move(*url), std::move(wire), std::move(regex)});
}

}  // namespace straycat::probe
