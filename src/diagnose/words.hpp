// The words for people (finding/words.hpp), under short names for this room.
#pragma once

#include <straycat/finding/kubectl.hpp>
#include <straycat/finding/words.hpp>

namespace straycat::diagnose {

using finding::count;
using finding::display;
using finding::grouped;
using finding::in_ms;
using finding::kubectl_list;
using finding::kubectl_object;
using finding::kubectl_reach;
using finding::kubectl_slices;
using finding::percent;
using finding::safe;
using finding::shell_word;

}  // namespace straycat::diagnose
