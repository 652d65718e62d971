// The options of `straycat probe`.
#include <CLI/CLI.hpp>

#include "cli/choice.hpp"
#include "cli/commands.hpp"
#include "cli/subcommand.hpp"

namespace straycat::cli {
namespace {

void add_expectations(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("--status", arguments.statuses, "Expected statuses (default 200)")
      ->delimiter(',')
      ->group("Expect");
  command.add_option("--body", arguments.body, "The whole body")->group("Expect");
  command.add_option("--body-contains", arguments.body_contains, "A part of the body")->group("Expect");
  command.add_option("--body-regex", arguments.body_regex, "A POSIX extended expression found in it")->group("Expect");
  command.add_option("--body-sha256", arguments.body_sha256, "The body's sha256 in hex")->group("Expect");
  command.add_option("--allow", arguments.allow, "The share that may fail: 0.1%, or 0.001 (default none)")
      ->group("Expect");
}

void add_connection(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("--engine", arguments.engine, "auto, fast (plain http, a new connection each), or curl")
      ->check(one_of({"auto", "fast", "curl"}))
      ->group("Connection");
  command.add_option("--keep-alive", arguments.keep_alive, "The share that may reuse a connection, 0 to 1 (default 0)")
      ->check(CLI::Range(0.0, 1.0))
      ->group("Connection");
  command.add_flag("--http2", arguments.http2, "HTTP/2")->group("Connection");
  command.add_option("--cacert", arguments.ca, "Trust the certificates in this PEM file alone")->group("Connection");
  command.add_option("--cert", arguments.certificate, "The client's certificate (PEM)")->group("Connection");
  command.add_option("--key", arguments.key, "Its key (PEM)")->group("Connection");
  command.add_option("--server-name", arguments.server_name, "Ask for, and demand, this name in TLS")
      ->group("Connection");
  command.add_flag("--insecure", arguments.insecure, "Accept any certificate")->group("Connection");
  command.add_option("--proxy", arguments.proxy, "Send through this proxy (the environment's is ignored)")
      ->group("Connection");
  command.add_option("--connect-to", arguments.resolve, "ADDRESS:PORT: dial this, ask nobody for the name")
      ->group("Connection");
  command.add_option("--source", arguments.sources, "Send from these local addresses in turn (a,b,c)")
      ->delimiter(',')
      ->group("Connection");
  command
      .add_option(
          "--ports", arguments.ports,
          "Local ports: 'kernel' leaves all to the kernel, LOW-HIGH gives the range for a ring of our own, which\n"
          "begins once TIME_WAITs fill 2/5 of one address's ports (default: net.ipv4.ip_local_port_range)")
      ->group("Connection");
  auto* ipv4 = command.add_flag("-4,--ipv4", arguments.ipv4, "Only IPv4 addresses of the name")->group("Connection");
  command.add_flag("-6,--ipv6", arguments.ipv6, "Only IPv6 addresses")->excludes(ipv4)->group("Connection");
}

void add_timeouts(CLI::App& command, ProbeArguments& arguments) {
  const char* group = "Time (all from the request's start; 0s = none; curl's own: connect 300 s, else none)";
  command.add_option("--name-timeout", arguments.name_timeout, "For the name (default 0s)")->group(group);
  command.add_option("--connect-timeout", arguments.connect_timeout, "Name, connection and TLS (default 5s)")
      ->group(group);
  command.add_option("--tls-timeout", arguments.tls_timeout, "Until the handshake is done (default 0s)")->group(group);
  command.add_option("--first-byte-timeout", arguments.first_byte_timeout, "Until the header is whole (default 0s)")
      ->group(group);
  command.add_option("--timeout", arguments.timeout, "For the whole request (default 10s)")->group(group);
  command
      .add_option("--name-age", arguments.name_age, "How old a name's answer may be; 0s = ask each time (default 1s)")
      ->group(group);
}

void add_options(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("url", arguments.url, "http:// or https://")->required();
  auto* rate =
      command.add_option("--rate", arguments.rate,
                         "Open loop: 100/s (default), 30/m, a ramp 10/s..1000/s:30s, steps 100/s:10s,1000/s:10s");
  auto* loops =
      command.add_option("--loops", arguments.loops, "Closed loop: so many, each sends when its last has ended")
          ->check(CLI::Range(1, 100'000));
  rate->excludes(loops);
  command.add_option("--pause", arguments.pause, "Between a loop's requests (default 0s)")->needs(loops);
  command.add_option("--for", arguments.length, "Stop after this time (default: at Ctrl-C)");
  command.add_option("--count", arguments.count, "Stop after so many requests");
  command.add_option("-X,--method", arguments.method, "GET by default");
  command.add_option("-H,--header", arguments.headers, "'Name: value'")->take_all();
  command.add_option("--json", arguments.json,
                     "Write the summary as JSON; - = to standard output, in place of the text");
  command.add_option("--baseline", arguments.baseline, "Probe so long before the command starts (default 2s)");
  command.add_option("--tail", arguments.tail, "... and after it has ended (default 2s)");
  command.add_flag("-q,--quiet", arguments.quiet, "No live line");
  add_expectations(command, arguments);
  add_connection(command, arguments);
  add_timeouts(command, arguments);
  command.footer(
      "Exit codes: 0 passed, 1 more failed than allowed, 2 inconclusive (the prober's own limits),\n"
      "            3 bad input, 4 straycat's own trouble.\n"
      "With a COMMAND: its own code when it fails (a line on standard error tells it from ours), else as above; never "
      "0\n"
      "when it was not run to its end.");
}

}  // namespace

Subcommand probe_subcommand() {
  return subcommand("probe",
                    "Send requests to a URL and tell what became of them: straycat probe URL [-- COMMAND ARGUMENTS]",
                    add_options, probe_command, &ProbeArguments::command);
}

}  // namespace straycat::cli
