// sayhi (the article's server) and listener404 (something that listens, but is not sayhi).
#include "images/programs.hpp"
#include "images/server.hpp"

namespace straycat::images {
namespace {

// Where a pod's program listens by default. Under the loopback fallback all pods share the host's network, so "every
// address" must mean this pod's own one there, or the first pod would take the port from all others.
std::string listening_address(const std::string& said, const Environment& environment) {
  const bool everywhere = said == "0.0.0.0" || said == "::";
  const char* pod_ip = environment("POD_IP");
  return everywhere && environment("STRAYCAT_SERVICE_MAP") != nullptr && pod_ip != nullptr ? pod_ip : said;
}

Result<ServerOptions> server_options(const Settings& settings, const Environment& environment) {
  ServerOptions options;
  options.address = listening_address(settings.text("listen"), environment);
  const auto port = settings.number("port", 0, 65535);
  const auto on_term = settings.choice("on-sigterm", {"serve", "exit", "ignore"});
  const auto code = settings.number("exit-code", 0, 255);
  if (!port) return port.error();
  if (!on_term) return on_term.error();
  if (!code) return code.error();
  options.port = static_cast<std::uint16_t>(*port);
  options.on_term = static_cast<OnTerm>(*on_term);
  options.exit_code = static_cast<int>(*code);
  const std::pair<std::string_view, Nanos*> lengths[] = {{"drain", &options.drain},
                                                         {"start-delay", &options.start_delay},
                                                         {"latency", &options.latency},
                                                         {"exit-after", &options.exit_after}};
  for (const auto& [name, target] : lengths) {
    const auto length = settings.duration(name);
    if (!length) return length.error();
    *target = *length;
  }
  return options;
}

struct Healthz {
  Nanos fail_after{0}, fail_until{0};
  [[nodiscard]] bool fails(Nanos since_start) const {
    return since_start < fail_until || (fail_after.count() > 0 && since_start >= fail_after);
  }
};

}  // namespace

const std::vector<SettingSpec>& sayhi_settings() {
  static const std::vector<SettingSpec> specs = {
      // Not SAYHI_PORT: Kubernetes sets that to "tcp://10.96.0.7:80" in every pod beside a Service named sayhi.
      {"port", "SAYHI_LISTEN_PORT", "3000", "port to listen on"},
      {"listen", "SAYHI_LISTEN", "0.0.0.0", "address to listen on"},
      {"on-sigterm", "SAYHI_ON_SIGTERM", "serve", "serve (on, for --drain), exit (at once), ignore"},
      {"drain", "SAYHI_DRAIN", "3s", "how long it goes on serving after SIGTERM"},
      {"start-delay", "SAYHI_START_DELAY", "0s", "wait before listening"},
      {"latency", "SAYHI_LATENCY", "0s", "wait before each answer"},
      {"body", "SAYHI_BODY", "hi🐈", "what /hi says; a newline follows"},
      {"status", "SAYHI_STATUS", "200", "status of /hi"},
      {"healthz-fail-after", "SAYHI_HEALTHZ_FAIL_AFTER", "0s", "/healthz answers 500 from then on; 0: never"},
      {"healthz-fail-until", "SAYHI_HEALTHZ_FAIL_UNTIL", "0s", "/healthz answers 500 until then"},
      {"exit-after", "SAYHI_EXIT_AFTER", "0s", "end by itself; 0: never"},
      {"exit-code", "SAYHI_EXIT_CODE", "1", "with this code"},
  };
  return specs;
}

Result<int> sayhi(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto settings = Settings::read(sayhi_settings(), arguments, environment);
  if (!settings) return settings.error();
  const auto options = server_options(*settings, environment);
  const auto status = settings->number("status", 200, 599);
  const auto after = settings->duration("healthz-fail-after");
  const auto until = settings->duration("healthz-fail-until");
  if (!options) return options.error();
  if (!status) return status.error();
  if (!after) return after.error();
  if (!until) return until.error();
  const HttpAnswer hi{static_cast<int>(*status), settings->text("body") + "\n"};
  const Healthz healthz{*after, *until};
  return serve(*options, [&](const HttpRequest& request, Nanos since_start) -> HttpAnswer {
    if (request.method != "GET" && !request.head) return {405, "only GET and HEAD\n"};
    if (request.path == "/hi") return {hi.status, hi.body};
    if (request.path != "/healthz") return {404, "not found\n"};
    return healthz.fails(since_start) ? HttpAnswer{500, "failing\n"} : HttpAnswer{200, "ok\n"};
  });
}

const std::vector<SettingSpec>& listener404_settings() {
  static const std::vector<SettingSpec> specs = {
      {"port", "LISTENER404_PORT", "3000", "port to listen on"},
      {"listen", "LISTENER404_LISTEN", "0.0.0.0", "address to listen on"},
      {"on-sigterm", "LISTENER404_ON_SIGTERM", "exit", "serve (on, for --drain), exit (at once), ignore"},
      {"drain", "LISTENER404_DRAIN", "3s", "how long it goes on serving after SIGTERM"},
      {"start-delay", "LISTENER404_START_DELAY", "0s", "wait before listening"},
      {"latency", "LISTENER404_LATENCY", "0s", "wait before each answer"},
      {"exit-after", "LISTENER404_EXIT_AFTER", "0s", "end by itself; 0: never"},
      {"exit-code", "LISTENER404_EXIT_CODE", "0", "with this code"},
  };
  return specs;
}

Result<int> listener404(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto settings = Settings::read(listener404_settings(), arguments, environment);
  if (!settings) return settings.error();
  const auto options = server_options(*settings, environment);
  if (!options) return options.error();
  return serve(*options, [](const HttpRequest&, Nanos) { return HttpAnswer{404, "not found\n"}; });
}

}  // namespace straycat::images
