#include "runner/cleanup.hpp"

#include <algorithm>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace straycat::runner {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Last made, first deleted. What stands in the run's own namespace goes with it.
std::vector<Made> to_delete(const Site& site) {
  std::vector<Made> out;
  for (auto each = site.made.rbegin(); each != site.made.rend(); ++each)
    if (!site.own_namespace || each->ns != site.ns) out.push_back(*each);
  if (site.own_namespace) out.push_back({*kube::resource_for_kind("Namespace"), "", site.ns, site.namespace_uid});
  return out;
}

std::string remedy(const Made& one) {
  return fmt::format("kubectl delete {} {}{}", one.type.plural, one.name, one.ns.empty() ? "" : " -n " + one.ns);
}

// Gone, or an object of another life has its name.
enum class Presence { there, gone };
asio::awaitable<kube::ApiResult<Presence>> look_for(Site& site, Made one) {
  auto there = co_await site.client.get(one.type, one.ns, one.name);
  if (there) co_return text_of(*there, {"metadata", "uid"}) == one.uid ? Presence::there : Presence::gone;
  if (there.error().not_found()) co_return Presence::gone;
  co_return there.error();
}

asio::awaitable<Result<>> wait_until_gone(Site& site, Made one, Stamp until) {
  for (;;) {
    const auto seen = co_await look_for(site, one);
    if (seen && *seen == Presence::gone) co_return Result<>{};
    if (monotonic_now() >= until || !seen)
      co_return own_trouble(fmt::format("{}/{} is still there{}; remove it with: {}", one.type.kind, one.name,
                                        seen ? "" : " (" + seen.error().message + ")", remedy(one)));
    co_await sleep_for(site.executor, 50ms);
  }
}

}  // namespace

asio::awaitable<Result<>> clean_up(Site& site, Nanos most) {
  const auto until = monotonic_now() + most;
  Result<> worst;
  const auto all = to_delete(site);
  for (const auto& one : all) {
    // A variable: g++ 12 destroys a temporary aggregate of a co_await expression twice.
    const kube::DeleteOptions exactly_this{.uid = one.uid, .propagation = "Background", .grace_seconds = {}};
    auto done = co_await site.client.remove(one.type, one.ns, one.name, exactly_this);
    // 409: the precondition failed, so that the object is another one, or it is being deleted already.
    if (!done && !done.error().not_found() && done.error().code != 409)
      worst = own_trouble(fmt::format("{}/{} could not be deleted ({}); remove it with: {}", one.type.kind, one.name,
                                      done.error().message, remedy(one)));
  }
  for (const auto& one : all)
    if (auto gone = co_await wait_until_gone(site, one, until); !gone) worst = gone;
  co_return worst;
}

}  // namespace straycat::runner
