#include "runner/site.hpp"

#include <algorithm>
#include <utility>

namespace straycat::runner {

namespace asio = boost::asio;

asio::awaitable<bool> sleep_for(asio::any_io_executor executor, Nanos length) {
  asio::steady_timer timer{executor, std::chrono::duration_cast<asio::steady_timer::duration>(length)};
  const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

bool as_new_as(const std::string& shown, const std::string& wanted) {
  const auto digits = [](const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!digits(shown) || !digits(wanted)) return true;
  return shown.size() != wanted.size() ? shown.size() > wanted.size() : shown >= wanted;
}

asio::awaitable<kube::ApiResult<std::optional<json>>> Site::current(plan::Target target) {
  const auto known = [](json object) {
    return kube::ApiResult<std::optional<json>>{boost::system::in_place_value, std::optional<json>{std::move(object)}};
  };
  const kube::ApiResult<std::optional<json>> not_known{boost::system::in_place_value, std::nullopt};
  const auto type = kube::resource_for_kind(target.kind);
  if (!type) co_return kube::ApiError{400, "BadRequest", "unknown kind " + target.kind, std::nullopt};
  if (world.watches(target.kind)) {
    const auto* object = world.find(target.kind, target.name);
    if (object == nullptr) co_return known(json());
    const auto wrote = written.find({target.kind, target.name});
    if (wrote != written.end() && !as_new_as(text_at(*object, {"metadata", "resourceVersion"}), wrote->second))
      co_return not_known;
    co_return known(*object);
  }
  auto object = co_await client.get(*type, ns, target.name);
  if (!object && object.error().not_found()) co_return known(json());
  if (!object) co_return object.error();
  co_return known(std::move(*object));
}

std::optional<Nanos> Site::server_gone() const {
  const auto silence = client.silence();
  return silence && *silence >= 2 * options.cluster.outage_patience ? silence : std::nullopt;
}

void Site::remember(const kube::ResourceType& type, const json& object) {
  Made one{type, text_at(object, {"metadata", "namespace"}), text_at(object, {"metadata", "name"}),
           text_at(object, {"metadata", "uid"})};
  const auto known = std::find_if(made.begin(), made.end(), [&](const Made& each) { return each.uid == one.uid; });
  if (known == made.end()) made.push_back(std::move(one));
}

}  // namespace straycat::runner
