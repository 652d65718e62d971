#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "kube/base64.hpp"
#include "kube/config_source.hpp"
#include "kube/kubeconfig.hpp"
#include <straycat/core/file.hpp>
#include <straycat/kube/config.hpp>

namespace straycat::kube {

namespace {

// Error-or-go-on for functions that return a Result.
#define STRAYCAT_TRY(target, expression)     \
  if (auto tried_ = (expression); !tried_) { \
    return tried_.error();                   \
  } else {                                   \
    target = std::move(*tried_);             \
  }

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "none" : out;
}

// "no context "prdo"; there are: dev, prod (did you mean "prod"?)"
std::string no_such(std::string_view what, const std::string& name, const std::vector<std::string>& names) {
  auto message = fmt::format("no {} \"{}\"; there are: {}", what, name, joined(names));
  if (const auto near = yaml::did_you_mean(name, names)) message += fmt::format(" (did you mean \"{}\"?)", *near);
  return message;
}

// "https://host...": one of these schemes, and a host without spaces.
bool has_scheme(const std::string& url, std::initializer_list<std::string_view> schemes) {
  const auto colon = url.find("://");
  if (colon == std::string::npos || url.size() <= colon + 3 || url[colon + 3] == '/') return false;
  for (const char c : url)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return false;
  return std::find(schemes.begin(), schemes.end(), std::string_view{url}.substr(0, colon)) != schemes.end();
}

bool holds_pem(const std::string& text) { return text.find("-----BEGIN ") != std::string::npos; }

struct Loader {
  const ConfigRequest& request;
  const Surroundings& around;
  Kubeconfig files;
  Config config;

  Result<> read_files();
  Result<> add_file(const std::string& path, bool must_exist);
  Result<> choose();
  Result<> read_cluster();
  Result<> read_user();
  // It is read when it is needed, and then again and again; one that cannot be is told here, where it can be pointed
  // at.
  Result<> check_token_file(const Place& user);
  Result<> read_extra(const Place& user);
  Result<> read_exec(const Place& user);
  Result<> read_exec_env(const Place& env, Config::Exec& exec);
  // The PEM text of KEY-data, or of the file that KEY names.
  Result<std::string> pem(const Place& entry, const std::string& key);
  Result<std::string> pem_file(const Place& entry, const std::string& key);
  // "does not exist" for a name that a context or a flag gives; points at the former.
  Error unknown(std::string_view what, std::string_view list, const std::string& name, const Place& said_at) const;
  Place context;
};

Result<> Loader::add_file(const std::string& path, bool must_exist) {
  auto text = around.read(path);
  if (!text) return text.error().within("cannot read the kubeconfig");
  if (!*text) return must_exist ? Result<>{bad_input("no such kubeconfig: " + path)} : Result<>{};
  auto file = parse_kubeconfig(path, std::move(**text));
  if (!file) return file.error();
  files.files.push_back(std::move(*file));
  return {};
}

Result<> Loader::read_files() {
  if (!request.kubeconfig.empty()) return add_file(request.kubeconfig, true);
  const auto list = around.env("KUBECONFIG").value_or("");
  if (list.empty()) {
    const auto home = around.env("HOME").value_or("");
    if (home.empty()) return bad_input("no kubeconfig: neither KUBECONFIG nor HOME is set");
    return add_file(home + "/.kube/config", false);
  }
  for (std::size_t from = 0; from <= list.size();) {
    const auto end = std::min(list.find(':', from), list.size());
    // As kubectl: a file of the list that is not there is passed over.
    if (end > from)
      if (auto added = add_file(list.substr(from, end - from), false); !added) return added;
    from = end + 1;
  }
  return {};
}

Error Loader::unknown(std::string_view what, std::string_view list, const std::string& name,
                      const Place& said_at) const {
  const auto message = no_such(what, name, files.names(list));
  return said_at ? said_at.error(message) : bad_input(message);
}

Result<> Loader::choose() {
  config.context = request.context;
  Place said_at;
  if (config.context.empty()) {
    said_at = files.top_place("current-context");
    STRAYCAT_TRY(config.context, files.top("current-context"));
  }
  if (!config.context.empty()) {
    STRAYCAT_TRY(context, files.entry("contexts", "context", config.context));
    if (!context) return unknown("context", "contexts", config.context, said_at);
  } else if (request.cluster.empty()) {
    return bad_input("no current-context in the kubeconfig; choose one with --context: " +
                     joined(files.names("contexts")));
  }
  STRAYCAT_TRY(config.cluster, text_of(context, "cluster"));
  STRAYCAT_TRY(config.user, text_of(context, "user"));
  STRAYCAT_TRY(config.ns, text_of(context, "namespace"));
  if (!request.cluster.empty()) config.cluster = request.cluster;
  if (!request.user.empty()) config.user = request.user;
  if (!request.ns.empty()) config.ns = request.ns;
  if (config.ns.empty()) config.ns = "default";
  return {};
}

Result<std::string> Loader::pem(const Place& entry, const std::string& key) {
  std::string data;
  STRAYCAT_TRY(data, text_of(entry, key + "-data"));
  if (!data.empty()) {
    const auto decoded = base64_decode(data);
    if (!decoded) return entry.at(key + "-data").error(fmt::format("\"{}-data\" is not base64", key));
    if (!holds_pem(*decoded)) return entry.at(key + "-data").error(fmt::format("\"{}-data\" holds no PEM text", key));
    return *decoded;
  }
  return pem_file(entry, key);
}

Result<std::string> Loader::pem_file(const Place& entry, const std::string& key) {
  std::string path;
  STRAYCAT_TRY(path, text_of(entry, key));
  if (path.empty()) return std::string{};
  const auto full = path.front() == '/' ? path : entry.file->directory + "/" + path;
  auto text = around.read(full);
  if (!text) return entry.at(key).error(text.error().message);
  if (!*text) return entry.at(key).error("no such file: " + full);
  if (!holds_pem(**text)) return entry.at(key).error("no PEM text is in " + full);
  return std::move(**text);
}

Result<> Loader::read_cluster() {
  Place entry;
  STRAYCAT_TRY(entry, files.entry("clusters", "cluster", config.cluster));
  if (!entry)
    return unknown("cluster", "clusters", config.cluster, request.cluster.empty() ? context.at("cluster") : Place{});
  STRAYCAT_TRY(config.server, text_of(entry, "server"));
  config.server.resize(std::min(config.server.find_first_of("?#"), config.server.size()));  // as client-go
  if (config.server.empty()) return entry.error(fmt::format("cluster \"{}\" has no server", config.cluster));
  STRAYCAT_TRY(config.tls.insecure, flag_of(entry, "insecure-skip-tls-verify"));
  STRAYCAT_TRY(config.tls.server_name, text_of(entry, "tls-server-name"));
  STRAYCAT_TRY(config.proxy, text_of(entry, "proxy-url"));
  if (!config.proxy.empty() && !has_scheme(config.proxy, {"http", "https", "socks5", "socks5h"}))
    return entry.at("proxy-url").error("\"proxy-url\" must begin with http://, https:// or socks5://");
  STRAYCAT_TRY(config.tls.ca_pem, pem(entry, "certificate-authority"));
  if (config.server.find("://") == std::string::npos)  // as client-go: TLS when anything of TLS is given
    config.server = (config.tls.ca_pem.empty() && !config.tls.insecure ? "http://" : "https://") + config.server;
  if (!has_scheme(config.server, {"http", "https"}))
    return entry.at("server").error("\"server\" must begin with https:// or http:// and name a host");
  while (config.server.ends_with('/')) config.server.pop_back();
  if (config.tls.insecure && !config.tls.ca_pem.empty())
    return entry.at("insecure-skip-tls-verify")
        .error("a certificate authority together with insecure-skip-tls-verify is not allowed");
  return {};
}

Result<> Loader::read_user() {
  if (config.user.empty()) return {};
  Place entry;
  STRAYCAT_TRY(entry, files.entry("users", "user", config.user));
  if (!entry) return unknown("user", "users", config.user, request.user.empty() ? context.at("user") : Place{});
  STRAYCAT_TRY(config.tls.client_cert_pem, pem(entry, "client-certificate"));
  STRAYCAT_TRY(config.tls.client_key_pem, pem(entry, "client-key"));
  if (config.tls.client_cert_pem.empty() != config.tls.client_key_pem.empty())
    return entry.error(fmt::format("user \"{}\" needs both client-certificate and client-key", config.user));
  STRAYCAT_TRY(config.bearer_token, text_of(entry, "token"));
  STRAYCAT_TRY(config.token_file, text_of(entry, "tokenFile"));
  if (!config.token_file.empty() && config.token_file.front() != '/')
    config.token_file = entry.file->directory + "/" + config.token_file;
  if (auto done = check_token_file(entry); !done) return done;
  STRAYCAT_TRY(config.basic_user, text_of(entry, "username"));
  STRAYCAT_TRY(config.basic_password, text_of(entry, "password"));
  STRAYCAT_TRY(config.impersonate_user, text_of(entry, "as"));
  STRAYCAT_TRY(config.impersonate_groups, texts_of(entry, "as-groups"));
  STRAYCAT_TRY(config.impersonate_uid, text_of(entry, "as-uid"));
  for (const char* key : {"as-groups", "as-uid", "as-user-extra"})
    if (entry.at(key) && config.impersonate_user.empty())
      return entry.at(key).error(fmt::format("\"{}\" without \"as\"", key));
  if (auto done = read_extra(entry); !done) return done;
  return read_exec(entry);
}

Result<> Loader::check_token_file(const Place& user) {
  if (config.token_file.empty() || !config.bearer_token.empty()) return {};
  const auto text = around.read(config.token_file);
  if (!text) return user.at("tokenFile").error(text.error().message);
  if (!*text) return user.at("tokenFile").error("no such file: " + config.token_file);
  return {};
}

Result<> Loader::read_extra(const Place& user) {
  const auto extra = user.at("as-user-extra");
  if (!extra || extra.node->type == yaml::Node::Type::null) return {};
  if (extra.node->type != yaml::Node::Type::mapping) return extra.error("\"as-user-extra\" must be a mapping");
  for (const auto& pair : extra.node->pairs) {
    std::vector<std::string> values;
    STRAYCAT_TRY(values, texts_of(extra, pair.key.scalar));
    for (auto& value : values) config.impersonate_extra.emplace_back(pair.key.scalar, std::move(value));
  }
  return {};
}

// The plugins that replaced the providers that Kubernetes 1.26 removed.
std::string successor_of(const std::string& provider) {
  if (provider == "gcp") return "gke-gcloud-auth-plugin";
  if (provider == "azure") return "kubelogin";
  return "an exec plugin such as kubelogin (oidc-login)";
}

Result<> Loader::read_exec(const Place& user) {
  if (const auto provider = user.at("auth-provider"); provider && provider.node->type == yaml::Node::Type::mapping) {
    std::string name;
    STRAYCAT_TRY(name, text_of(provider, "name"));
    return provider.error(fmt::format(
        "auth-provider \"{}\" was removed from Kubernetes clients; use {} in an exec entry", name, successor_of(name)));
  }
  const auto entry = user.at("exec");
  if (!entry || entry.node->type == yaml::Node::Type::null) return {};
  Config::Exec exec;
  STRAYCAT_TRY(exec.api_version, text_of(entry, "apiVersion"));
  STRAYCAT_TRY(exec.command, text_of(entry, "command"));
  STRAYCAT_TRY(exec.args, texts_of(entry, "args"));
  STRAYCAT_TRY(exec.interactive_mode, text_of(entry, "interactiveMode"));
  STRAYCAT_TRY(exec.provide_cluster_info, flag_of(entry, "provideClusterInfo"));
  STRAYCAT_TRY(exec.install_hint, text_of(entry, "installHint"));
  if (exec.command.empty()) return entry.error("an exec entry needs a command");
  const std::string group = "client.authentication.k8s.io/";
  if (exec.api_version != group + "v1" && exec.api_version != group + "v1beta1")
    return entry.error(fmt::format("exec apiVersion must be {0}v1 or {0}v1beta1", group));
  if (exec.interactive_mode.empty()) exec.interactive_mode = "IfAvailable";
  if (exec.interactive_mode != "IfAvailable" && exec.interactive_mode != "Never" && exec.interactive_mode != "Always")
    return entry.at("interactiveMode").error("\"interactiveMode\" must be Never, IfAvailable or Always");
  // A path with a slash starts at the file; a bare name is looked up in PATH.
  if (exec.command.find('/') != std::string::npos && exec.command.front() != '/')
    exec.command = entry.file->directory + "/" + exec.command;
  if (auto done = read_exec_env(entry.at("env"), exec); !done) return done;
  config.exec = std::move(exec);
  return {};
}

Result<> Loader::read_exec_env(const Place& env, Config::Exec& exec) {
  if (!env || env.node->type == yaml::Node::Type::null) return {};
  if (env.node->type != yaml::Node::Type::sequence) return env.error("\"env\" must be a list of names and values");
  for (const auto& item : env.node->items) {
    const Place one{env.file, &item};
    std::string name, value;
    STRAYCAT_TRY(name, text_of(one, "name"));
    STRAYCAT_TRY(value, text_of(one, "value"));
    if (name.empty() || name.find('=') != std::string::npos)
      return one.error("\"env\" must be a list of names and values");
    exec.env.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

}  // namespace

Surroundings real_surroundings() {
  return {.env = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value == nullptr ? std::nullopt : std::optional<std::string>{value};
          },
          .read = [](const std::string& path) { return read_file_if_there(path); }};
}

Result<Config> load_in_cluster(const ConfigRequest& request, const Surroundings& around) {
  const std::string directory = "/var/run/secrets/kubernetes.io/serviceaccount";
  const auto host = around.env("KUBERNETES_SERVICE_HOST").value_or("");
  const auto port = around.env("KUBERNETES_SERVICE_PORT").value_or("");
  if (host.empty() || port.empty())
    return bad_input("not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
  Config config;
  config.server = "https://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
  config.context = "in-cluster";
  config.cluster = "in-cluster";
  config.user = "service account";
  config.token_file = directory + "/token";
  std::optional<std::string> ca, token, ns;
  STRAYCAT_TRY(ca, around.read(directory + "/ca.crt"));
  STRAYCAT_TRY(token, around.read(config.token_file));
  STRAYCAT_TRY(ns, around.read(directory + "/namespace"));
  if (!ca || !token) return bad_input("not in a cluster: no service account files in " + directory);
  config.tls.ca_pem = std::move(*ca);
  config.ns = !request.ns.empty() ? request.ns : ns && !ns->empty() ? *ns : "default";
  return config;
}

Result<Config> load_config(const ConfigRequest& request, const Surroundings& around) {
  if (request.in_cluster) return load_in_cluster(request, around);
  Loader loader{.request = request, .around = around, .files = {}, .config = {}, .context = {}};
  if (auto done = loader.read_files(); !done) return done.error();
  if (loader.files.files.empty())
    return bad_input("no kubeconfig: " + around.env("KUBECONFIG").value_or("~/.kube/config") + " does not exist");
  if (auto done = loader.choose(); !done) return done.error();
  if (auto done = loader.read_cluster(); !done) return done.error();
  if (auto done = loader.read_user(); !done) return done.error();
  return std::move(loader.config);
}

Result<Config> load_config(const ConfigRequest& request) { return load_config(request, real_surroundings()); }

std::string Config::describe() const {
  auto where = server;  // without userinfo, which may hold a password
  const auto scheme = where.find("://");
  if (const auto at = where.find('@'); scheme != std::string::npos && at != std::string::npos)
    where.erase(scheme + 3, at - scheme - 2);
  std::string out = fmt::format("cluster {} ({}), context {}", cluster, where, context.empty() ? "none" : context);
  if (!user.empty()) out += ", user " + user;
  if (!impersonate_user.empty()) out += " as " + impersonate_user;
  return out;
}

std::string Config::warning() const {
  if (!tls.insecure) return {};
  return fmt::format(
      "cluster {}: the API server's certificate is not verified (insecure-skip-tls-verify); whoever is on "
      "the way can read and change everything, credentials included",
      cluster);
}

}  // namespace straycat::kube
