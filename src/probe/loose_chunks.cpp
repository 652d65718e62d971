#include "probe/loose_chunks.hpp"

#include <algorithm>

namespace straycat::probe {

namespace {

constexpr int most_digits = 15;  // what a signed 64-bit size can hold

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

LooseChunks::State LooseChunks::feed(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::whole && state_ != State::broken) {
    if (state_ != State::data) {
      take(bytes.front());
      bytes.remove_prefix(1);
      continue;
    }
    const std::string_view piece = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
    body_.feed(piece);
    left_ -= piece.size();
    bytes.remove_prefix(piece.size());
    if (left_ == 0) state_ = State::data_end;
  }
  return state_;
}

void LooseChunks::take(char c) {
  switch (state_) {
    case State::size:
      return take_size(c);
    case State::size_line:  // an extension, blanks
      if (c == '\n') state_ = left_ > 0 ? State::data : State::trailer;
      return;
    case State::data_end:
      if (c == '\r') return;
      digits_ = 0;
      state_ = c == '\n' ? State::size : State::broken;
      return;
    case State::trailer:
      if (c == '\n' && line_empty_) state_ = State::whole;
      if (c != '\r') line_empty_ = c == '\n';
      return;
    case State::data:
    case State::whole:
    case State::broken:
      return;
  }
}

void LooseChunks::take_size(char c) {
  const int digit = hex_value(c);
  if (digit < 0) {
    state_ = digits_ == 0 ? State::broken : State::size_line;
    return take(c);
  }
  left_ = (digits_ == 0 ? 0 : left_ * 16) + static_cast<std::uint64_t>(digit);
  if (left_ > 0 || digits_ == 0) ++digits_;
  if (digits_ > most_digits) state_ = State::broken;
}

}  // namespace straycat::probe
