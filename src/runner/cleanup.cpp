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
  if (there) co_return text_at(*there, {"metadata", "uid"}) == one.uid ? Presence::there : Presence::gone;
  if (there.error().not_found()) co_return Presence::gone;
  co_return there.error();
}

// Whether asking again is of no use. A 401 is not: a server that has just come up may not know anybody yet.
bool final_word(const kube::ApiError& error) { return error.code == 403 || error.code == 405; }

struct Going {
  Made made;
  bool asked = false;  // the API server has taken the request, or there is nothing to delete any more
  bool refused = false;
  std::string error;  // of the last call that failed
};

asio::awaitable<void> ask(Site& site, Going& going) {
  // A variable: g++ 12 destroys a temporary aggregate of a co_await expression twice.
  const kube::DeleteOptions exactly_this{.uid = going.made.uid, .propagation = "Background", .grace_seconds = {}};
  auto done = co_await site.client.remove(going.made.type, going.made.ns, going.made.name, exactly_this);
  // 409: the precondition failed, so that the object is another one, or it is being deleted already.
  going.asked = done || done.error().not_found() || done.error().code == 409;
  going.refused = !going.asked && final_word(done.error());
  going.error = done ? "" : done.error().describe();
}

Error still_there(const Going& going) {
  const Made& one = going.made;
  const std::string what = fmt::format("{}/{}", one.type.kind, one.name);
  if (!going.asked)
    return own_trouble(fmt::format("{} could not be deleted ({}); remove it with: {}", what, going.error, remedy(one)));
  return own_trouble(fmt::format("{} is still there{}; remove it with: {}", what,
                                 going.error.empty() ? "" : " (" + going.error + ")", remedy(one)));
}

// What fails on the way is asked again, for nothing else would ever take these away; but a server that says nothing of
// use for so long is gone itself.
constexpr Nanos deaf = 5s;

asio::awaitable<Result<>> wait_until_gone(Site& site, Going going, Stamp until) {
  Stamp heard = monotonic_now();
  for (;;) {
    const auto seen = co_await look_for(site, going.made);
    if (seen && *seen == Presence::gone) co_return Result<>{};
    if (seen) heard = monotonic_now();
    if (!seen) going.error = seen.error().describe();
    const bool lost = monotonic_now() - heard >= deaf;
    const bool hopeless = site.gone || going.refused || lost || (!seen && final_word(seen.error()));
    if (hopeless || monotonic_now() >= until) co_return still_there(going);
    if (!going.asked) co_await ask(site, going);
    co_await sleep_for(site.executor, 50ms);
  }
}

}  // namespace

asio::awaitable<Result<>> clean_up(Site& site, Nanos most) {
  const auto until = monotonic_now() + most;
  Result<> worst;
  std::vector<Going> all;
  for (const auto& one : to_delete(site)) {
    all.emplace_back();
    all.back().made = one;
    co_await ask(site, all.back());
  }
  for (const auto& one : all)
    if (auto gone = co_await wait_until_gone(site, one, until); !gone) worst = gone;
  co_return worst;
}

}  // namespace straycat::runner
