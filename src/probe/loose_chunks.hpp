// A chunked body as curl reads it: blanks behind a size, bare line feeds. For what Beast's parser does not take.
#pragma once

#include <cstdint>
#include <string_view>

#include "probe/body_check.hpp"

namespace straycat::probe {

class LooseChunks {
 public:
  enum class State : std::uint8_t { size, size_line, data, data_end, trailer, whole, broken };

  // `within`: some chunk's data has been read already, and its line end comes next.
  LooseChunks(BodyCheck& body, bool within) : body_(body), state_(within ? State::data_end : State::size) {}

  State feed(std::string_view bytes);

 private:
  void take(char c);
  void take_size(char c);

  BodyCheck& body_;
  State state_;
  std::uint64_t left_ = 0;  // of the chunk's data
  int digits_ = 0;
  bool line_empty_ = true;  // the trailer's line, so far
};

}  // namespace straycat::probe
