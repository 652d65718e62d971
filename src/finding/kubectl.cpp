#include <algorithm>

#include <straycat/finding/kubectl.hpp>
#include <straycat/finding/words.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::finding {
namespace {

std::string tail(std::string_view more) { return more.empty() ? std::string() : " " + std::string(more); }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

// "/hi?x" of "http://sayhi:80/hi?x"; "/" when the URL has no path.
std::string path_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto path = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  return path == std::string::npos ? "/" : url.substr(path);
}

}  // namespace

std::string kubectl_object(const std::string& ns, std::string_view verb, std::string_view kind, const std::string& name,
                           std::string_view more) {
  return "kubectl -n " + shell_word(ns) + " " + std::string(verb) + " " + shell_word(lower(kind) + "/" + name) +
         tail(more);
}

std::string kubectl_list(const std::string& ns, std::string_view resource, const model::Labels& selector,
                         std::string_view more) {
  return "kubectl -n " + shell_word(ns) + " get " + std::string(resource) + " -l " +
         shell_word(model::to_string(selector)) + tail(more);
}

std::string kubectl_slices(const std::string& ns, const std::string& service) {
  return kubectl_list(ns, "endpointslices", {{"kubernetes.io/service-name", service}}, "-o yaml");
}

std::string kubectl_reach(const std::string& ns, const std::string& pod, int port, const std::string& url) {
  const std::string path =
      "/api/v1/namespaces/" + ns + "/pods/" + pod + ":" + std::to_string(port) + "/proxy" + path_of(url);
  return "kubectl get --raw " + shell_word(path);
}

}  // namespace straycat::finding
