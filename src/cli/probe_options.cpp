#include "cli/probe_options.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/values.hpp"
#include <straycat/core/file.hpp>

namespace straycat::cli {
namespace {

// Keeps the first error, so that many flags can be read in a row.
class Reader {
 public:
  Nanos duration(const char* flag, const std::string& text) {
    const Result<Nanos> length = duration_value(flag, text);
    if (length) return *length;
    note(length.error());
    return Nanos{0};
  }
  probe::Allowance budget(const char* flag, const std::string& text) {
    const Result<plan::Budget> budget = budget_value(flag, text);
    if (budget) return {budget->share, budget->value};
    note(budget.error());
    return {};
  }
  std::string file(const char* flag, const std::string& path) {
    if (path.empty()) return "";
    Result<std::string> text = read_file(path);
    if (text && text->empty()) text = bad_input(path + ": is empty");
    if (text) return std::move(*text);
    note({text.error().fault, fmt::format("{} {}", flag, text.error().message)});
    return "";
  }
  void note(Error error) {
    if (!error_) error_ = std::move(error);
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  std::optional<Error> error_;
};

std::optional<std::string> given(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

probe::Expectation expectation_of(const ProbeArguments& arguments) {
  probe::Expectation expect;
  if (!arguments.statuses.empty()) expect.statuses = arguments.statuses;
  expect.body_equals = given(arguments.body);
  expect.body_contains = given(arguments.body_contains);
  expect.body_regex = given(arguments.body_regex);
  expect.body_sha256 = given(arguments.body_sha256);
  return expect;
}

void read_headers(const std::vector<std::string>& lines, probe::ProbeRequest& request, Reader& reader) {
  for (const std::string& line : lines) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) {
      reader.note(bad_input("--header '" + line + "': 'Name: value' was expected"));
      continue;
    }
    const auto value = line.find_first_not_of(' ', colon + 1);
    request.headers[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
}

// "127.0.0.1:8080", "[::1]:8080".
void read_dial(const std::string& text, probe::ProbeRequest& request, Reader& reader) {
  if (text.empty()) return;
  const Result<probe::Url> parsed = probe::parse_url("http://" + text);
  const bool has_port = text.rfind(':') != std::string::npos && text.back() != ']';
  if (!parsed || !has_port || parsed->target != "/") {
    return reader.note(bad_input("--connect-to '" + text + "': ADDRESS:PORT was expected"));
  }
  request.dial = probe::Dial{parsed->host, parsed->port};
}

probe::ProbeRequest request_of(const ProbeArguments& arguments, Reader& reader) {
  probe::ProbeRequest request;
  request.method = arguments.method;
  request.url = arguments.url;
  request.expect = expectation_of(arguments);
  request.timeouts.name = reader.duration("--name-timeout", arguments.name_timeout);
  request.timeouts.connect = reader.duration("--connect-timeout", arguments.connect_timeout);
  request.timeouts.tls = reader.duration("--tls-timeout", arguments.tls_timeout);
  request.timeouts.first_byte = reader.duration("--first-byte-timeout", arguments.first_byte_timeout);
  request.timeouts.total = reader.duration("--timeout", arguments.timeout);
  request.name_max_age = reader.duration("--name-age", arguments.name_age);
  request.tls = {reader.file("--cacert", arguments.ca), reader.file("--cert", arguments.certificate),
                 reader.file("--key", arguments.key), arguments.server_name, !arguments.insecure};
  request.proxy = arguments.proxy;
  if (arguments.ipv4) request.family = probe::Family::ipv4;
  if (arguments.ipv6) request.family = probe::Family::ipv6;
  request.http2 = arguments.http2;
  request.reuse = arguments.keep_alive;
  read_headers(arguments.headers, request, reader);
  read_dial(arguments.resolve, request, reader);
  return request;
}

probe::Pace pace_of(const ProbeArguments& arguments, Reader& reader) {
  probe::Pace pace;
  if (arguments.loops > 0) {
    pace = probe::closed_loop(arguments.loops, reader.duration("--pause", arguments.pause));
  } else if (Result<probe::Pace> parsed = probe::parse_pace(arguments.rate.empty() ? "100/s" : arguments.rate)) {
    pace = std::move(*parsed);
  } else {
    reader.note(parsed.error());
  }
  if (!arguments.length.empty()) pace.max_length = reader.duration("--for", arguments.length);
  pace.max_attempts = arguments.count;
  if (!arguments.command.empty() && (!arguments.length.empty() || arguments.count > 0))
    reader.note(bad_input("--for and --count do not go with a command: it says how long"));
  return pace;
}

std::string pace_words(const ProbeArguments& arguments) {
  if (arguments.loops == 0) return arguments.rate.empty() ? "100/s" : arguments.rate;
  return fmt::format("{} loop{}, {} apart", arguments.loops, arguments.loops == 1 ? "" : "s", arguments.pause);
}

// "kernel", "10000-65535".
void read_ports(const std::string& text, probe::EngineOptions& options, Reader& reader) {
  if (text.empty()) return;
  if (text == "kernel") {
    options.ports = probe::EngineOptions::Ports::kernel;
    return;
  }
  unsigned low = 0, high = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%5u-%5u%c", &low, &high, &rest) != 2 || low < 1 || low > high || high > 65535) {
    return reader.note(bad_input("--ports '" + text + "': LOW-HIGH or 'kernel' was expected"));
  }
  options.port_range = {static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high)};
}

probe::EngineOptions engine_options_of(const ProbeArguments& arguments, Reader& reader) {
  probe::EngineOptions options;
  for (const std::string& source : arguments.sources) {
    const Result<probe::Url> parsed =
        probe::parse_url("http://" + (source.find(':') == source.npos ? source : "[" + source + "]"));
    if (!parsed || parsed->host != source || parsed->target != "/")
      reader.note(bad_input("--source '" + source + "': an address of this host was expected"));
  }
  options.source_addresses = arguments.sources;
  read_ports(arguments.ports, options, reader);
  return options;
}

probe::EngineChoice engine_of(const std::string& word) {
  if (word == "fast") return probe::EngineChoice::fast;
  return word == "curl" ? probe::EngineChoice::curl : probe::EngineChoice::fitting;
}

}  // namespace

Result<ProbePlan> probe_plan(const ProbeArguments& arguments) {
  Reader reader;
  ProbePlan plan;
  plan.session.request = request_of(arguments, reader);
  plan.session.pace = pace_of(arguments, reader);
  plan.session.engine = engine_of(arguments.engine);
  plan.session.engine_options = engine_options_of(arguments, reader);
  plan.session.engine_options.seed = static_cast<std::uint64_t>(monotonic_now().ns);
  plan.facts.request = arguments.method + " " + arguments.url;
  plan.facts.pace = pace_words(arguments);
  plan.facts.allowed = reader.budget("--allow", arguments.allow);
  plan.facts.command = fmt::format("{}", fmt::join(arguments.command, " "));
  plan.baseline = reader.duration("--baseline", arguments.baseline);
  plan.tail = reader.duration("--tail", arguments.tail);
  if (reader.error()) return *reader.error();
  return plan;
}

}  // namespace straycat::cli
