// What flaws_test.cpp's tiny worlds show, for the test that holds the table of causes against all of them.
#pragma once

#include <vector>

#include "survey/support/town.hpp"

namespace straycat::survey {

std::vector<Survey> surveys_of_flaws();

}  // namespace straycat::survey
