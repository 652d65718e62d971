#include <algorithm>

#include <straycat/finding/ports.hpp>
#include <straycat/model/selector.hpp>

namespace straycat::finding {

std::string target_text(const model::PortName& target) {
  if (const int* number = std::get_if<int>(&target)) return std::to_string(*number);
  return std::get<std::string>(target);
}

namespace {

bool asks_at(const model::Container& container, int port) {
  if (!container.readiness) return false;
  const std::string& at = container.readiness->port;
  if (at == std::to_string(port)) return true;
  return std::any_of(container.ports.begin(), container.ports.end(), [&](const model::ContainerPort& one) {
    return !at.empty() && one.name == at && one.port == port;
  });
}

PortFit fit_of(const model::ServicePort& port, const model::PodShape& pod) {
  PortFit fit;
  fit.service_port = port.name;
  fit.port = port.port;
  fit.target = target_text(port.target);
  fit.number = model::resolve_port(port.target, pod, port.protocol);
  fit.lacking = fit.number ? 0 : 1;
  for (const auto& container : pod.containers) {
    fit.silent = fit.silent || container.ports.empty();
    for (const auto& one : container.ports) {
      const bool it = fit.number && one.port == *fit.number && one.protocol == port.protocol;
      fit.declared = fit.declared || it;
      if (!it && one.protocol == port.protocol) fit.others.push_back(one.port);
    }
    fit.probed = fit.probed || (fit.number && asks_at(container, *fit.number));
  }
  return fit;
}

}  // namespace

bool asks_at(const model::PodShape& pod, int port) {
  return std::any_of(pod.containers.begin(), pod.containers.end(),
                     [&](const model::Container& container) { return asks_at(container, port); });
}

std::vector<PortFit> fits_of(const model::Service& service, const model::PodShape& pod) {
  std::vector<PortFit> out;
  for (const auto& port : service.ports) out.push_back(fit_of(port, pod));
  return out;
}

bool any_fits(const std::vector<PortFit>& fits) {
  return std::any_of(fits.begin(), fits.end(), [](const PortFit& fit) { return fit.fits(); });
}

}  // namespace straycat::finding
