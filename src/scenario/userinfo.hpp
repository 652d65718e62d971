// "http://jane:secret@host/": what a client makes of it.
#pragma once

#include <straycat/plan/plan.hpp>

namespace straycat::scenario {

// Takes user and password out of the traffic's URL and sends them as curl does, as an Authorization header of basic
// authentication (RFC 7617); one that the scenario gives stays as it is.
void move_userinfo(plan::TrafficPlan& traffic);

}  // namespace straycat::scenario
