// The options of `straycat probe`.
#include <CLI/CLI.hpp>

#include "cli/choice.hpp"
#include "cli/commands.hpp"
#include "cli/subcommand.hpp"

namespace straycat::cli {
namespace {

void add_expectations(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("--status", arguments.statuses, "Expected statuses (default 200)")
      ->type_name("STATUS")
      ->delimiter(',')
      ->group("Expect");
  command.add_option("--body", arguments.body, "The whole body")->type_name("TEXT")->group("Expect");
  command.add_option("--body-contains", arguments.body_contains, "A part of the body")
      ->type_name("TEXT")
      ->group("Expect");
  command.add_option("--body-regex", arguments.body_regex, "A POSIX extended expression found in it")
      ->type_name("REGEX")
      ->group("Expect");
  command.add_option("--body-sha256", arguments.body_sha256, "The body's sha256 in hex")
      ->type_name("HEX")
      ->group("Expect");
  command.add_option("--allow", arguments.allow, "Requests that may fail: 0.1%, or a count (default: none)")
      ->type_name("BUDGET")
      ->group("Expect");
}

void add_connection(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("--engine", arguments.engine, "auto, fast (plain http, a new connection each), or curl")
      ->check(one_of({"auto", "fast", "curl"}))
      ->group("Connection");
  command.add_option("--keep-alive", arguments.keep_alive, "The share that may reuse a connection, 0 to 1 (default 0)")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0))
      ->group("Connection");
  command.add_flag("--http2", arguments.http2, "HTTP/2")->group("Connection");
  command.add_option("--cacert", arguments.ca, "Trust the certificates in this PEM file alone")
      ->type_name("FILE")
      ->group("Connection");
  command.add_option("--cert", arguments.certificate, "The client's certificate (PEM)")
      ->type_name("FILE")
      ->group("Connection");
  command.add_option("--key", arguments.key, "Its key (PEM)")->type_name("FILE")->group("Connection");
  command.add_option("--server-name", arguments.server_name, "Ask for, and demand, this name in TLS")
      ->type_name("NAME")
      ->group("Connection");
  command.add_flag("--insecure", arguments.insecure, "Accept any certificate")->group("Connection");
  command.add_option("--proxy", arguments.proxy, "Send through this proxy (the environment's is ignored)")
      ->type_name("URL")
      ->group("Connection");
  command.add_option("--connect-to", arguments.resolve, "ADDRESS:PORT: dial this, ask nobody for the name")
      ->type_name("ADDRESS")
      ->group("Connection");
  command.add_option("--source", arguments.sources, "Send from these local addresses in turn (a,b,c)")
      ->type_name("ADDRESS")
      ->delimiter(',')
      ->group("Connection");
  command
      .add_option(
          "--ports", arguments.ports,
          "Local ports: 'kernel' leaves all to the kernel, LOW-HIGH gives the range for a ring of our own, which\n"
          "begins once TIME_WAITs fill 2/5 of one address's ports (default: net.ipv4.ip_local_port_range)")
      ->type_name("kernel|LOW-HIGH")
      ->group("Connection");
  auto* ipv4 = command.add_flag("-4,--ipv4", arguments.ipv4, "Only IPv4 addresses of the name")->group("Connection");
  command.add_flag("-6,--ipv6", arguments.ipv6, "Only IPv6 addresses")->excludes(ipv4)->group("Connection");
}

void add_timeouts(CLI::App& command, ProbeArguments& arguments) {
  const char* group = "Time (all from the request's start; 0s = none; curl's own: connect 300 s, else none)";
  command.add_option("--name-timeout", arguments.name_timeout, "For the name (default 0s)")
      ->type_name("DURATION")
      ->group(group);
  command.add_option("--connect-timeout", arguments.connect_timeout, "Name, connection and TLS (default 5s)")
      ->type_name("DURATION")
      ->group(group);
  command.add_option("--tls-timeout", arguments.tls_timeout, "Until the handshake is done (default 0s)")
      ->type_name("DURATION")
      ->group(group);
  command.add_option("--first-byte-timeout", arguments.first_byte_timeout, "Until the header is whole (default 0s)")
      ->type_name("DURATION")
      ->group(group);
  command.add_option("--timeout", arguments.timeout, "For the whole request (default 10s)")
      ->type_name("DURATION")
      ->group(group);
  command
      .add_option("--name-age", arguments.name_age, "How old a name's answer may be; 0s = ask each time (default 1s)")
      ->type_name("DURATION")
      ->group(group);
}

void add_options(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("url", arguments.url, "http:// or https://")->type_name("URL")->required();
  auto* rate = command
                   .add_option("--rate", arguments.rate,
                               "Open loop: 100/s (default), 30/m, a ramp 10/s..1000/s:30s, steps 100/s:10s,1000/s:10s")
                   ->type_name("SHAPE");
  auto* loops =
      command.add_option("--loops", arguments.loops, "Closed loop: so many, each sends when its last has ended")
          ->type_name("COUNT")
          ->check(CLI::Range(1, 100'000));
  rate->excludes(loops);
  command.add_option("--pause", arguments.pause, "Between a loop's requests (default 0s)")
      ->type_name("DURATION")
      ->needs(loops);
  command.add_option("--for", arguments.length, "Stop after this time (default: at Ctrl-C)")->type_name("DURATION");
  command.add_option("--count", arguments.count, "Stop after so many requests")->type_name("COUNT");
  command.add_option("-X,--method", arguments.method, "GET by default")->type_name("METHOD");
  command.add_option("-H,--header", arguments.headers, "'Name: value'")->type_name("HEADER")->take_all();
  command
      .add_option("--json", arguments.json, "Write the summary as JSON; - = to standard output, in place of the text")
      ->type_name("FILE");
  command.add_option("--baseline", arguments.baseline, "Probe so long before the command starts (default 2s)")
      ->type_name("DURATION");
  command.add_option("--tail", arguments.tail, "... and after it has ended (default 2s)")->type_name("DURATION");
  command.add_flag("-q,--quiet", arguments.quiet, "No live line");
  add_expectations(command, arguments);
  add_connection(command, arguments);
  add_timeouts(command, arguments);
}

}  // namespace

Subcommand probe_subcommand() {
  return subcommand("probe", "Send requests to a URL, around a command perhaps, and tell what became of them",
                    add_options, probe_command, &ProbeArguments::command)
      .taught({{{"straycat probe http://sayhi/hi --for 10s",
                 "a new connection for each request, 100 a second, for ten seconds"},
                {"straycat probe http://sayhi/hi --loops 4 --pause 1s", "as four curl loops would"},
                {"straycat probe https://shop.example/ --rate 20/s --allow 0.1% -- kubectl rollout restart deploy/web",
                 "before, while and after a command runs"}},
               {{"0", "no more failed than --allow says"},
                {"1", "more did"},
                {"2", "inconclusive: the prober's own limits"},
                {"3", "bad input: a flag, a URL"},
                {"4", "straycat's own trouble: a cluster that is down, a missing right, a full disk"},
                {"its own", "a COMMAND that failed keeps its code; a line on standard error tells whose it is"}},
               "A COMMAND that was not run to its end never ends with 0."});
}

}  // namespace straycat::cli
