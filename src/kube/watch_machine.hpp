// List and watch as a state machine without I/O: it is told what came, and says what to do. Private to `kube`.
//
//   Empty --list--> Listing --last page--> Listed --stream opens--> Watching
//     ^                                      ^                         |
//     |   410, or no progress                +---- stream ends --------+
//     +--------------------------------------+-------------------------+
//
// What a gap is. The view is live while a stream stands. It is blind from the last moment of which we have proof (the
// last byte that was understood; for an end that the server announced, that end) until a stream stands again. A stream
// that is resumed from the last resourceVersion brings every change of that stretch, but they are stamped when they
// come: a gap "late: ...". After a fresh list only the result is known: "lost: ...". The short stretch between a list
// (when it was asked for: nobody knows when the server looked) and its stream is late, too. So is the time that one
// event took from its first byte to its last, when that is long. A server ends each stream after timeoutSeconds, so
// that a silent stall is found at the latest then.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <straycat/kube/client.hpp>

namespace straycat::kube {

struct WatchSettings {
  ResourceType resource;                                // for the kind of list items, which lists leave out
  std::uint64_t seed = 0;                               // of the jitter
  int page = 500;                                       // client-go's page size
  std::chrono::seconds stream_min{60}, stream_max{90};  // timeoutSeconds is drawn from these
  std::chrono::seconds grace{10};                       // silence after timeoutSeconds: a stall
  Nanos backoff_first = std::chrono::milliseconds{100};
  Nanos backoff_most = std::chrono::seconds{10};
  Nanos slow_line = std::chrono::seconds{1};  // an event that takes longer came late
  int denials = 5;                            // 403 in a row until it is believed: RBAC takes a moment to spread
  int junk = 5;                               // lists in a row that are none, before the first that is one
  // An object is kept by etcd up to 1.5 MiB.
  std::size_t longest_line = 8u << 20;
  std::size_t longest_list = 512u << 20;
  // Whoever follows keeps what he was told: after so many bytes of changes, or four times the list's, the list is read
  // anew, and what never was is forgotten. A server that fills that up within `flood` so many times in a row never
  // ends.
  std::size_t most_changes = 64u << 20;
  Nanos flood = std::chrono::seconds{10};
  int floods = 3;
};

// What came. `at` is when.
struct WatchStart {
  Stamp at;
};
struct ListAnswered {
  Stamp at;
  net::Response response;
};  // any HTTP status
struct StreamOpened {
  Stamp at;
  std::string content_type;
};  // a 2xx header
struct StreamBytes {
  Stamp at;
  std::string_view bytes;
};
struct StreamRefused {
  Stamp at;
  net::Response response;
};  // a non-2xx answer
struct StreamEnded {
  Stamp at;
};  // the server ended it in good order
struct TransportBroke {
  Stamp at;
  std::string message;
};  // list or stream: no connection, reset, silence, bad TLS
struct Woke {
  Stamp at;
};  // the sleep is over
using WatchInput =
    std::variant<WatchStart, ListAnswered, StreamOpened, StreamBytes, StreamRefused, StreamEnded, TransportBroke, Woke>;

// What to do next.
struct KeepReading {
  bool operator==(const KeepReading&) const = default;
};
struct FetchPage {  // one page of the list
  int limit = 0;    // 0 = all at once
  std::string continue_token;
  bool renew_sign_in = false;  // the credentials were refused: read them anew first
  bool operator==(const FetchPage&) const = default;
};
struct OpenStream {
  std::string resource_version;
  std::chrono::seconds timeout{};  // timeoutSeconds for the server
  Nanos idle{};                    // no byte for this long: the stream is dead
  bool renew_sign_in = false;
  bool operator==(const OpenStream&) const = default;
};
struct Sleep {  // then say Woke; a stream that is open is to be closed
  Nanos length{};
  bool operator==(const Sleep&) const = default;
};
struct Stop {
  bool operator==(const Stop&) const = default;
};
using WatchAction = std::variant<KeepReading, FetchPage, OpenStream, Sleep, Stop>;

struct WatchStep {
  std::vector<WatchItem> items;  // to tell, in order, before the action
  WatchAction action = KeepReading{};
};

// Whether a resourceVersion is older than another: they are numbers that grow (KEP-5504). False when one is none.
[[nodiscard]] bool older_version(std::string_view one, std::string_view other);

class WatchMachine {
 public:
  explicit WatchMachine(WatchSettings settings) : settings_(std::move(settings)), random_(settings_.seed) {}
  WatchStep resume(const WatchInput& input);

  enum class State { empty, listing, listed, watching };
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool began() const { return began_; }  // a list was seen
  // Of the last list, event or bookmark.
  [[nodiscard]] const std::string& resource_version() const { return resource_version_; }
  // The stretch up to now that is not seen; nothing while a stream stands.
  [[nodiscard]] std::optional<WatchGap> open_gap(Stamp now) const;
  // From the last moment of proven sight until now, `why` the stream that stands cannot be trusted.
  [[nodiscard]] WatchGap doubt(Stamp now, const std::string& why) const;

 private:
  WatchStep on(const WatchStart& input);
  WatchStep on(const ListAnswered& input);
  WatchStep on(const StreamOpened& input);
  WatchStep on(const StreamBytes& input);
  WatchStep on(const StreamRefused& input);
  WatchStep on(const StreamEnded& input);
  WatchStep on(const TransportBroke& input);
  WatchStep on(const Woke& input);

  WatchStep list_page(const ListAnswered& input);
  WatchStep no_list(const ListAnswered& input, const std::string& why);
  WatchStep listed(Stamp at);
  // One line of a stream, and when its first byte came. Anything but KeepReading ends the stream.
  WatchAction take_line(Stamp began, Stamp at, std::string_view line, std::vector<WatchItem>& items);
  WatchAction take_error(Stamp at, const json& status);
  [[nodiscard]] std::size_t most_changes() const { return std::max(settings_.most_changes, 4 * list_bytes_); }
  void too_much(Stamp at, WatchStep& step);
  // A request or a stream failed; `blind_from` = the last moment of sight, `why` for the gap.
  WatchAction failed(Stamp blind_from, const std::string& why, std::optional<Nanos> asked = {});
  // An HTTP error: what its status says about going on.
  WatchStep refused(Stamp at, const ApiError& error);
  WatchStep unauthorized(Stamp at, const ApiError& error, const std::string& why);
  WatchStep deny(Stamp at, const ApiError& error);
  WatchAction forget(Stamp blind_from, const std::string& why);  // the resourceVersion is too old: list anew
  WatchAction go_on();                                           // list or stream, as the state says
  // The last moment up to which nothing can have been missed. A stream that brought nothing yet may owe what happened
  // before it was opened.
  [[nodiscard]] Stamp sight() const { return progress_ || !before_open_ ? last_good_ : *before_open_; }
  void blind(Stamp from, const std::string& why);
  void close_gap(Stamp to, bool lost, std::vector<WatchItem>& items);
  Nanos next_backoff();

  WatchSettings settings_;
  std::mt19937_64 random_;
  State state_ = State::empty;
  std::string resource_version_, continue_token_, partial_line_;
  std::vector<json> pages_;
  bool whole_list_ = false;  // paging failed with 410: ask for all at once
  bool renew_sign_in_ = false;
  bool progress_ = false;               // this stream brought something
  int failures_ = 0;                    // in a row; counts for the back-off
  int denials_ = 0, unauthorized_ = 0;  // 403s and 401s in a row
  int junk_ = 0, floods_ = 0;
  std::size_t list_bytes_ = 0, change_bytes_ = 0;  // of the last list, and since
  int fruitless_ = 0;                              // streams in a row that brought nothing and failed
  bool began_ = false;                             // a list was seen: from here on, not to see is a gap
  Stamp now_;                                      // of the input that is being taken in
  Stamp list_asked_, listed_, opened_, last_good_, line_began_;
  std::optional<Stamp> blind_since_, before_open_;
  std::string blind_why_;
};

}  // namespace straycat::kube
