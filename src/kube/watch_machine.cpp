#include "kube/watch_machine.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "kube/answers.hpp"
#include "kube/json_text.hpp"

namespace straycat::kube {

namespace {

// A stream that lived this long was a good one, even when it brought nothing: the next failure starts a new row.
constexpr Nanos long_enough = std::chrono::seconds{1};
// So many streams in a row failed without a word: perhaps the resourceVersion is the trouble.
constexpr int fruitless_until_list = 5;

// Also a version that the server has not reached: its etcd was restored from a backup (apiserver storage/errors.go).
bool is_expired(const ApiError& error) {
  return error.code == 410 || error.reason == "Expired" || error.reason == "Gone" ||
         error.message.find("Too large resource version") != std::string::npos;
}

// Who wrote which field: a third of what an object weighs, and nobody who watches here asks for it.
void drop_managed_fields(json& object) {
  const auto meta = object.is_object() ? object.find("metadata") : object.end();
  if (meta != object.end() && meta->is_object()) meta->erase("managedFields");
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool older_version(std::string_view one, std::string_view other) {
  if (!is_number(one) || !is_number(other)) return false;
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

std::optional<WatchGap> WatchMachine::open_gap(Stamp now) const {
  if (!began_ || !blind_since_) return std::nullopt;
  return WatchGap{*blind_since_, now, "lost: " + blind_why_, true};
}

WatchGap WatchMachine::doubt(Stamp now, const std::string& why) const { return {sight(), now, "lost: " + why, true}; }

WatchStep WatchMachine::resume(const WatchInput& input) {
  now_ = std::visit([](const auto& each) { return each.at; }, input);
  return std::visit([this](const auto& each) { return on(each); }, input);
}

WatchStep WatchMachine::on(const WatchStart&) { return {{}, go_on()}; }

WatchStep WatchMachine::on(const Woke&) { return {{}, go_on()}; }

WatchAction WatchMachine::go_on() {
  const bool renew = std::exchange(renew_sign_in_, false);
  if (state_ == State::empty || state_ == State::listing) {
    state_ = State::listing;
    if (continue_token_.empty()) {
      list_asked_ = now_;
      list_bytes_ = 0;
    }
    return FetchPage{whole_list_ ? 0 : settings_.page, continue_token_, renew};
  }
  state_ = State::listed;
  std::uniform_int_distribution<long> draw(settings_.stream_min.count(), settings_.stream_max.count());
  const std::chrono::seconds timeout{draw(random_)};
  return OpenStream{resource_version_, timeout, timeout + settings_.grace, renew};
}

WatchStep WatchMachine::on(const ListAnswered& input) {
  const int status = input.response.status;
  if (status >= 200 && status < 300) return list_page(input);
  const auto error = error_from(input.response);
  if (!is_expired(error)) return refused(input.at, error);
  // The continue token is older than etcd's compaction: what was read is of no use. All at once cannot expire.
  whole_list_ = true;
  return {{}, forget(input.at, "the list expired between two pages")};
}

// Once it has listed well, a server that does so no more may come back.
WatchStep WatchMachine::no_list(const ListAnswered& input, const std::string& why) {
  if (!began_ && ++junk_ >= settings_.junk) return deny(input.at, error_from_junk(input.response, "a list"));
  return {{}, failed(input.at, "the list was answered with something else than a list: " + why)};
}

WatchStep WatchMachine::list_page(const ListAnswered& input) {
  auto page = parse_json(input.response.body);
  if (!page) return no_list(input, "it is no JSON");
  if (const auto why = list_trouble(*page); !why.empty()) return no_list(input, why);
  list_bytes_ += input.response.body.size();
  if (list_bytes_ > settings_.longest_list) return {{}, forget(input.at, "a list without end")};
  auto items = page->find("items");
  if (items != page->end() && items->is_array())
    for (auto& item : *items) {
      drop_managed_fields(item);
      pages_.push_back(std::move(item));
    }
  continue_token_ = text_at(*page, {"metadata", "continue"});
  if (!continue_token_.empty()) return {{}, go_on()};
  const auto version = text_at(*page, {"metadata", "resourceVersion"});
  if (version.empty()) return {{}, forget(input.at, "a list without resourceVersion")};
  resource_version_ = version;
  return listed(input.at);
}

WatchStep WatchMachine::listed(Stamp at) {
  WatchStep step;
  const auto& type = settings_.resource;
  for (auto& object : pages_) {
    object["kind"] = type.kind;  // items of a list come without them
    object["apiVersion"] = type.group.empty() ? type.version : type.group + "/" + type.version;
  }
  close_gap(at, true, step.items);
  step.items.emplace_back(WatchReplaced{std::exchange(pages_, {})});
  state_ = State::listed;
  whole_list_ = false;
  denials_ = unauthorized_ = fruitless_ = junk_ = 0;
  change_bytes_ = 0;
  listed_ = at;
  began_ = progress_ = true;
  last_good_ = list_asked_;
  blind(list_asked_, "between list and watch");
  step.action = go_on();
  return step;
}

WatchStep WatchMachine::on(const StreamOpened& input) {
  if (!input.content_type.starts_with("application/json"))
    return {{}, failed(input.at, "the watch was answered with " + input.content_type.substr(0, 60))};
  WatchStep step;
  before_open_ = blind_since_;
  close_gap(input.at, false, step.items);
  state_ = State::watching;
  opened_ = last_good_ = input.at;
  partial_line_.clear();
  progress_ = false;
  denials_ = unauthorized_ = 0;
  return step;
}

WatchStep WatchMachine::on(const StreamBytes& input) {
  WatchStep step;
  if (partial_line_.empty()) line_began_ = input.at;
  std::size_t from = 0;
  const std::size_t looked_at = partial_line_.size();
  partial_line_ += input.bytes;
  change_bytes_ += input.bytes.size();
  for (auto end = partial_line_.find('\n', looked_at); end != std::string::npos; end = partial_line_.find('\n', from)) {
    const auto line = std::string_view{partial_line_}.substr(from, end - from);
    from = end + 1;
    if (line.find_first_not_of(" \r\t") == std::string_view::npos) continue;
    step.action = take_line(line_began_, input.at, line, step.items);
    if (!std::holds_alternative<KeepReading>(step.action)) return step;
    line_began_ = input.at;
  }
  partial_line_.erase(0, from);
  if (partial_line_.size() > settings_.longest_line)
    step.action = failed(sight(), "a watch event without end");
  else if (change_bytes_ > most_changes())
    too_much(input.at, step);
  return step;
}

void WatchMachine::too_much(Stamp at, WatchStep& step) {
  const auto within = at - listed_;
  const std::string why = fmt::format("{} MiB of changes within {}", change_bytes_ >> 20, format_duration(within));
  floods_ = within < settings_.flood ? floods_ + 1 : 0;
  if (floods_ < settings_.floods) {
    step.action = forget(last_good_, why);
    return;
  }
  blind(last_good_, why);
  auto denied = deny(at, ApiError{200, "", "the API server's watch has no end: " + why, std::nullopt});
  std::move(denied.items.begin(), denied.items.end(), std::back_inserter(step.items));
  step.action = denied.action;
}

WatchAction WatchMachine::take_line(Stamp began, Stamp at, std::string_view line, std::vector<WatchItem>& items) {
  auto event = parse_json(line);
  const auto type = event ? text_at(*event, {"type"}) : std::string{};
  if (type.empty() || !event->contains("object") || !(*event)["object"].is_object())
    return failed(sight(), "the stream brought something else than watch events");
  auto& object = (*event)["object"];
  drop_managed_fields(object);
  if (type == "ERROR") return take_error(at, object);
  const auto version = text_at(object, {"metadata", "resourceVersion"});
  if (version.empty()) return failed(sight(), "a watch event without resourceVersion");
  // What was told already: a proxy that says things twice. A deletion may bear the version of the object's last life.
  if (at - began > settings_.slow_line) items.emplace_back(WatchGap{began, at, "late: an event came slowly", false});
  const bool again = version == resource_version_ || older_version(version, resource_version_);
  if (type == "ADDED" || type == "MODIFIED") {
    if (!again) items.emplace_back(WatchApplied{std::move(object)});
  } else if (type == "DELETED") {
    items.emplace_back(WatchDeleted{std::move(object)});
  } else if (type != "BOOKMARK") {
    return failed(sight(), "an unknown watch event " + type.substr(0, 40));
  }
  if (!again) resource_version_ = version;
  last_good_ = began;  // what happened while it came may be queued behind it
  progress_ = true;
  fruitless_ = 0;
  return KeepReading{};
}

WatchAction WatchMachine::take_error(Stamp at, const json& status) {
  const auto error = error_from_status(status);
  // Often the first word of a stream that was opened with 200: then nothing since the last one was seen.
  const auto from = progress_ ? at : sight();
  if (is_expired(error)) return forget(from, "the watch's resourceVersion expired");
  return failed(from, "the watch ended with an error: " + error.message);
}

WatchStep WatchMachine::on(const StreamRefused& input) {
  const auto error = error_from(input.response);
  if (is_expired(error)) return {{}, forget(sight(), "the watch's resourceVersion expired")};
  return refused(input.at, error);
}

WatchStep WatchMachine::on(const StreamEnded& input) {
  if (!partial_line_.empty()) return {{}, failed(sight(), "the stream ended within a line")};
  if (input.at - opened_ < long_enough) return {{}, failed(input.at, "the stream ended at once")};
  failures_ = fruitless_ = 0;
  blind(input.at, "the stream reached its time");
  state_ = State::listed;
  return {{}, go_on()};
}

WatchStep WatchMachine::on(const TransportBroke& input) {
  return {{}, failed(state_ == State::watching ? sight() : input.at, input.message)};
}

WatchStep WatchMachine::refused(Stamp at, const ApiError& error) {
  const auto why = fmt::format("refused with {}: {}", error.code, error.message);
  if (error.code == 401) return unauthorized(at, error, why);
  if (error.code == 403 && ++denials_ < settings_.denials) return {{}, failed(at, why)};
  const bool for_good = error.code >= 400 && error.code < 500 && error.code != 408 && error.code != 429;
  if (!for_good) return {{}, failed(at, why, error.retry_after)};
  // A stream may be refused for its resourceVersion; a list has none.
  if (state_ != State::listing && error.code != 403 && error.code != 404) return {{}, forget(at, why)};
  return deny(at, error);
}

WatchStep WatchMachine::unauthorized(Stamp at, const ApiError& error, const std::string& why) {
  renew_sign_in_ = true;
  // Once is natural: the credentials ran out. Credentials that never worked will not; those that did may come back.
  if (++unauthorized_ == 1) {
    blind(at, why);
    return {{}, go_on()};
  }
  if (unauthorized_ > 3 && !began_) return deny(at, error);
  return {{}, failed(at, why)};
}

WatchStep WatchMachine::deny(Stamp at, const ApiError& error) {
  WatchStep step{{}, Stop{}};
  close_gap(at, true, step.items);
  step.items.emplace_back(WatchDenied{error});
  return step;
}

WatchAction WatchMachine::forget(Stamp blind_from, const std::string& why) {
  const auto action = failed(blind_from, why);
  state_ = State::empty;
  continue_token_.clear();
  pages_.clear();
  return failures_ == 1 ? go_on() : action;  // at once, unless this goes on and on
}

WatchAction WatchMachine::failed(Stamp blind_from, const std::string& why, std::optional<Nanos> asked) {
  blind(blind_from, why);
  if (state_ == State::watching) {
    if (last_good_ - opened_ >= long_enough || progress_) failures_ = 0;
    if (!progress_ && ++fruitless_ >= fruitless_until_list) {
      fruitless_ = 0;
      state_ = State::empty;
      continue_token_.clear();
      pages_.clear();
    } else {
      state_ = State::listed;
    }
  }
  partial_line_ = {};  // with its memory
  const auto wait = next_backoff();
  return Sleep{asked ? std::max(wait, std::min<Nanos>(*asked, std::chrono::seconds{60})) : wait};
}

// Exponential with full-range jitter around each step (0.5 .. 1.5), so that many watches do not return as one.
Nanos WatchMachine::next_backoff() {
  const int doublings = std::min(failures_++, 20);
  const auto plain = std::min<Nanos>(settings_.backoff_first * (std::int64_t{1} << doublings), settings_.backoff_most);
  std::uniform_real_distribution<double> draw(0.5, 1.5);
  return Nanos{static_cast<std::int64_t>(static_cast<double>(plain.count()) * draw(random_))};
}

// The first cause of a stretch names it; later ones are its consequences.
void WatchMachine::blind(Stamp from, const std::string& why) {
  if (blind_since_) return;
  blind_since_ = from;
  blind_why_ = why;
}

void WatchMachine::close_gap(Stamp to, bool lost, std::vector<WatchItem>& items) {
  if (!blind_since_) return;
  // Before the first list nothing was promised: that is no gap, the coverage has just not begun.
  if (began_) items.emplace_back(WatchGap{*blind_since_, to, (lost ? "lost: " : "late: ") + blind_why_, lost});
  blind_since_.reset();
  blind_why_.clear();
}

}  // namespace straycat::kube
